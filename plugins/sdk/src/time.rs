//! Lengths of time, kept as written: a month is not 30 days.

pub use crate::contract::Duration;
use crate::contract::DurationUnit;

macro_rules! units {
    ($($name:ident = $unit:ident),* $(,)?) => {
        $(
            #[doc = concat!("So many ", stringify!($name), ".")]
            pub const fn $name(count: u32) -> Duration {
                Duration { count, unit: DurationUnit::$unit }
            }
        )*
    };
}

units! {
    seconds = Seconds,
    minutes = Minutes,
    hours = Hours,
    days = Days,
    weeks = Weeks,
    months = Months,
    years = Years,
}
