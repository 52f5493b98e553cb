//! What a deployment gives for a plugin's parameters, checked before the plugin is asked.

use super::{cut, info::mismatch};
use crate::diagnostic::{Diagnostic, Diagnostics, Origin, codes};
use crate::raw::{Argument, Duration, DurationUnit, ParameterKind, ParameterValue, PluginInfo};
use crate::types::nearest;
use std::collections::BTreeMap;

/// What is given for a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// As it was typed.
    pub text: String,
    /// Where it stands; none: on the command line.
    pub origin: Option<Origin>,
}

/// The arguments of `define`: every parameter once, in the order of `describe`.
pub fn arguments(info: &PluginInfo, given: &BTreeMap<String, Given>) -> Result<Vec<Argument>, Diagnostics> {
    let mut faults = Diagnostics::default();
    for (name, value) in
        given.iter().filter(|(name, _)| !info.parameters.iter().any(|parameter| parameter.name == **name))
    {
        let near = nearest(name, info.parameters.iter().map(|parameter| parameter.name.as_str()));
        let known: Vec<String> = info.parameters.iter().take(20).map(|parameter| cut(&parameter.name)).collect();
        let help = match near {
            Some(near) => format!("did you mean {near}?"),
            None if known.is_empty() => "the plugin takes no parameters".to_owned(),
            None => format!("the plugin takes {}", known.join(", ")),
        };
        let message = format!("the plugin has no parameter {:?}", cut(name));
        faults.push(fault(info, name, message).at(value.origin.as_ref()).help(help));
    }
    let mut all = Vec::new();
    for parameter in &info.parameters {
        let value = match (given.get(&parameter.name), &parameter.default_to) {
            (Some(given), _) => read(&parameter.kind, &given.text),
            (None, Some(value)) => Ok(value.clone()),
            (None, None) => Err("must be given".to_owned()),
        };
        let value = value.and_then(|value| mismatch(&parameter.kind, &value).map_or(Ok(value), Err));
        match value {
            Ok(value) => all.push(Argument { name: parameter.name.clone(), value }),
            Err(why) => {
                let (name, summary) = (cut(&parameter.name), cut(&parameter.summary));
                let origin = given.get(&parameter.name).and_then(|given| given.origin.as_ref());
                let help = format!("give it with --set {name}=VALUE, or in whale.toml; it is: {summary}");
                faults.push(fault(info, &parameter.name, format!("the parameter {name} {why}")).at(origin).help(help));
            }
        }
    }
    if faults.errors() == 0 { Ok(all) } else { Err(faults) }
}

fn fault(info: &PluginInfo, name: &str, message: String) -> Diagnostic {
    Diagnostic::error(codes::name::ARGUMENT, format!("parameters/{}", cut(name)), message).of(cut(&info.name))
}

fn read(kind: &ParameterKind, text: &str) -> Result<ParameterValue, String> {
    let value = match kind {
        ParameterKind::Boolean => text.parse().ok().map(ParameterValue::Boolean),
        ParameterKind::Integer(_) => text.parse().ok().map(ParameterValue::Integer),
        ParameterKind::Text(_) | ParameterKind::Choice(_) => Some(ParameterValue::Text(text.to_owned())),
        ParameterKind::Duration => duration(text).map(ParameterValue::Duration),
    };
    let wanted = match kind {
        ParameterKind::Boolean => "true or false",
        ParameterKind::Integer(_) => "a whole number",
        ParameterKind::Text(_) | ParameterKind::Choice(_) => "text",
        ParameterKind::Duration => "a count and a unit, such as 30d, 12h or 1mo",
    };
    value.ok_or_else(|| format!("is {:?}, which is not {wanted}", cut(text)))
}

/// `30s`, `5min`, `12h`, `30d`, `2w`, `1mo`, `1y`.
fn duration(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit())?;
    let (count, unit) = text.split_at(digits);
    let unit = match unit.trim() {
        "s" => DurationUnit::Seconds,
        "m" | "min" => DurationUnit::Minutes,
        "h" => DurationUnit::Hours,
        "d" => DurationUnit::Days,
        "w" => DurationUnit::Weeks,
        "mo" => DurationUnit::Months,
        "y" => DurationUnit::Years,
        _ => return None,
    };
    count.parse().ok().filter(|count| *count > 0).map(|count| Duration { count, unit })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_a_count_and_a_unit() {
        assert_eq!(duration("30d"), Some(Duration { count: 30, unit: DurationUnit::Days }));
        assert_eq!(duration("1mo"), Some(Duration { count: 1, unit: DurationUnit::Months }));
        for wrong in ["", "d", "30", "0d", "-1d", "30 parsecs", "99999999999d"] {
            assert_eq!(duration(wrong), None, "{wrong}");
        }
    }
}
