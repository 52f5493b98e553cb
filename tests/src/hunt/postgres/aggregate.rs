//! Continuous aggregates over a hypertable, and over each other.

use super::{Made, writer};
use crate::hunt::random::Random;
use crate::hunt::unit::header;
use whale_storage::raw::{
    ContinuousAggregate, Direction, Duration, DurationUnit, Nulls, PgIndex, Refresh, Selected, SortKey,
};

const BUCKETS: &[(u32, DurationUnit)] = &[
    (15, DurationUnit::Minutes),
    (1, DurationUnit::Hours),
    (1, DurationUnit::Days),
    (1, DurationUnit::Weeks),
    (1, DurationUnit::Months),
    (1, DurationUnit::Years),
    (90, DurationUnit::Seconds),
];
const ZONES: &[&str] = &["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"];

/// One aggregate, and often a second one over it.
pub(super) fn over(random: &mut Random, made: &Made, odd: usize) -> Vec<ContinuousAggregate> {
    let Some(hypertable) = &made.table.hypertable else { return Vec::new() };
    let name = format!("{}_sum", made.table.header.name);
    let write = writer(&made.columns, odd);
    let time = &hypertable.time_column;
    let class = made.columns.iter().find(|column| column.name == *time).map_or("tstz", |column| column.class);
    if matches!(class, "int" | "big") && !random.chance(odd) {
        return Vec::new();
    }
    let place = random.below(if class == "date" { 4 } else { BUCKETS.len() });
    let (count, unit) = if class == "date" { BUCKETS[2 + place % 4] } else { BUCKETS[place] };
    let group_by = (0..random.below(3)).map(|number| {
        let class = *random.pick(&["t", "int", "bool", "uuid", "any", "date"]);
        let depth = random.below(2);
        let value = write.write(random, class, depth);
        Selected { name: format!("g{number}"), value }
    });
    let group_by: Vec<Selected> = group_by.collect();
    let aggregates: Vec<Selected> = (0..random.between(1, 3))
        .map(|number| Selected { name: format!("s{number}"), value: write.write(random, "aggregate", 2) })
        .collect();
    let only_where = random.chance(20).then(|| write.write(random, "bool", 1));
    let bucket = Duration { count, unit };
    let time_zone = (class == "tstz" && random.chance(30)).then(|| (*random.pick(ZONES)).to_owned());
    let mut keys: Vec<String> = group_by.iter().map(|one| one.name.clone()).collect();
    keys.push("bucket".to_owned());
    let below = ContinuousAggregate {
        header: header(&name, if random.chance(20) { "sums" } else { "" }),
        source: made.table.header.id.clone(),
        time_column: time.clone(),
        bucket,
        bucket_name: "bucket".to_owned(),
        time_zone,
        group_by,
        aggregates,
        only_where,
        real_time: random.chance(50),
        refresh: refresh(random, bucket, odd),
        indexes: if random.chance(40) { vec![index(random, &name, &keys)] } else { Vec::new() },
    };
    if random.chance(60) {
        return vec![below];
    }
    let above = ContinuousAggregate {
        header: header(&format!("{name}_up"), ""),
        source: name.clone(),
        time_column: "bucket".to_owned(),
        bucket: Duration { count: count * u32::try_from(random.between(1, 4)).unwrap(), unit },
        group_by: below
            .group_by
            .iter()
            .take(1)
            .map(|one| Selected { name: one.name.clone(), value: one.name.clone() })
            .collect(),
        aggregates: vec![Selected {
            name: "total".to_owned(),
            value: (*random.pick(&["count(*)", "max(s0)", "count(s0)", "min(bucket)"])).to_owned(),
        }],
        only_where: None,
        refresh: None,
        indexes: Vec::new(),
        ..below.clone()
    };
    vec![below, above]
}

fn refresh(random: &mut Random, bucket: Duration, odd: usize) -> Option<Refresh> {
    let times = |count: u32| Some(Duration { count: bucket.count * count, ..bucket });
    let start_offset = if random.chance(60) { times(if random.chance(odd) { 1 } else { 5 }) } else { None };
    let end_offset = if random.chance(60) { times(1) } else { None };
    let every = Duration { count: u32::try_from(random.between(1, 12)).unwrap(), unit: DurationUnit::Hours };
    random.chance(40).then_some(Refresh { start_offset, end_offset, every })
}

fn index(random: &mut Random, name: &str, keys: &[String]) -> PgIndex {
    let by = random.pick(keys).clone();
    let direction = *random.pick(&[Direction::Ascending, Direction::Descending]);
    PgIndex {
        name: random.chance(50).then(|| format!("{name}_x")),
        method: "btree".to_owned(),
        keys: vec![SortKey { by, direction, nulls: Nulls::EngineDefault }],
        covering: Vec::new(),
        only_where: None,
        unique: false,
    }
}
