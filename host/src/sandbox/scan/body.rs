//! One function: how large, how deep and how wide it is, and what it is called.

use super::walk::Module;
use crate::sandbox::limits::Limits;
use crate::sandbox::run::readable;
use crate::text;
use wasmtime::wasmparser::{BinaryReaderError, FunctionBody, KnownCustom, Name, Operator, Parser, Payload};

/// What is too much about a function, in words that follow its name.
pub(super) fn look(function: &FunctionBody<'_>, limits: &Limits) -> Result<Option<String>, BinaryReaderError> {
    let size = function.as_bytes().len() as u64;
    if size > limits.function_bytes {
        return Ok(Some(excess(size, "bytes", limits.function_bytes, "function_bytes")));
    }
    let mut locals = 0_u64;
    for group in function.get_locals_reader()? {
        locals = locals.saturating_add(group?.0.into());
    }
    if locals > limits.locals {
        return Ok(Some(excess(locals, "local variables", limits.locals, "locals")));
    }
    let mut depth = 0_u64;
    let mut operators = function.get_operators_reader()?;
    while !operators.eof() {
        match operators.read()? {
            Operator::Block { .. } | Operator::Loop { .. } | Operator::If { .. } | Operator::TryTable { .. } => {
                depth += 1;
                if depth > limits.blocks {
                    let message = format!("nests blocks deeper than {} (limit `blocks`)", limits.blocks);
                    return Ok(Some(message));
                }
            }
            Operator::End => depth = depth.saturating_sub(1),
            Operator::BrTable { targets } if u64::from(targets.len()) > limits.br_table => {
                let targets = targets.len().into();
                return Ok(Some(excess(targets, "targets in one `br_table`", limits.br_table, "br_table")));
            }
            _ => {}
        }
    }
    Ok(None)
}

fn excess(number: u64, what: &str, most: u64, key: &str) -> String {
    format!("has {number} {what}, above {most} (limit `{key}`)")
}

/// The module's next function: its name where the module has a name section, else its index; made readable and
/// harmless. The section comes after the code, so it is looked for only now.
pub(super) fn name(bytes: &[u8], module: &Module) -> String {
    let unnamed = || format!("the function {} of core module {}", module.next, module.number);
    let Some(inside) = bytes.get(module.range.clone()) else { return unnamed() };
    let names = Parser::new(module.range.start as u64).parse_all(inside).filter_map(|payload| match payload {
        Ok(Payload::CustomSection(section)) => match section.as_known() {
            KnownCustom::Name(names) => Some(names),
            _ => None,
        },
        _ => None,
    });
    let functions = names.flatten().filter_map(|part| match part {
        Ok(Name::Function(functions)) => Some(functions),
        _ => None,
    });
    let found = functions.flatten().filter_map(Result::ok).find(|naming| naming.index == module.next);
    found.map_or_else(unnamed, |naming| format!("the function `{}`", text::shown(&readable(naming.name))))
}
