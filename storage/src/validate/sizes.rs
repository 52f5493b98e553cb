//! Sizes of a definition against what the plugin may have. Those that an engine bounds are judged with its own rules.

use super::Check;
use crate::capability::Size;
use crate::definition::{Object, milvus, timescaledb};
use crate::diagnostic::{Diagnostic, codes};

impl Check<'_> {
    /// Refuses what is larger than was granted.
    pub(super) fn sizes(&mut self, objects: &[Object]) {
        if let Some(message) = self.above(Size::Objects, objects.len() as u64) {
            let plugin = self.plugin.clone();
            let fault = Diagnostic::error(codes::name::ABOVE_GRANT, "define", format!("the plugin defines {message}"));
            self.faults.push(fault.of(plugin.as_str()).help(help(Size::Objects)));
        }
        for object in objects {
            let columns = columns(object);
            self.size(object, Size::Columns, columns);
            self.size(object, Size::Partitions, partitions(object));
            self.size(object, Size::Dimension, dimension(object));
        }
    }

    fn size(&mut self, object: &Object, size: Size, number: u64) {
        let Some(message) = self.above(size, number) else { return };
        let header = object.header();
        let id = header.id.split_once('/').map_or(header.id.as_str(), |(_, id)| id);
        let path = format!("{}/{id}", header.name.backend);
        let fault = Diagnostic::error(codes::name::ABOVE_GRANT, path, format!("{} has {message}", header.name.name))
            .help(help(size));
        let fault = fault.of(self.plugin.as_str()).at(header.origin.as_ref());
        self.faults.push(fault);
    }

    fn above(&self, size: Size, number: u64) -> Option<String> {
        let most = self.may.maxima.of(size).filter(|most| number > *most)?;
        Some(format!("{number} {}, and may have {most}", size.unit()))
    }
}

fn help(size: Size) -> String {
    format!("define less, or raise {} in whale.toml, where it stands: in [plugins.NAME] or [ceiling]", size.key())
}

fn columns(object: &Object) -> u64 {
    let number = match object {
        Object::Table(table) => table.columns.len(),
        Object::Aggregate(aggregate) => 1 + aggregate.group_by.len() + aggregate.aggregates.len(),
        Object::ClickhouseTable(table) => table.columns.len(),
        Object::View(view) => view.select.len(),
        Object::Collection(collection) => collection.fields.len(),
    };
    number as u64
}

fn partitions(object: &Object) -> u64 {
    match object {
        Object::Table(timescaledb::Table { hypertable: Some(hypertable), .. }) => {
            hypertable.space.iter().map(|space| u64::from(space.partitions)).sum()
        }
        Object::Collection(collection) => match &collection.partitions {
            milvus::Partitions::Single => 1,
            milvus::Partitions::Named(names) => names.len() as u64,
            milvus::Partitions::ByKey(number) => u64::from(*number),
        },
        _ => 0,
    }
}

fn dimension(object: &Object) -> u64 {
    let Object::Collection(collection) = object else { return 0 };
    collection.fields.iter().filter_map(|field| field.data_type.dimensions()).max().map_or(0, u64::from)
}
