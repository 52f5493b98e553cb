//! What every object and every column carries.

use crate::contract;
use std::panic::Location;

/// The header of an object whose id is its name, with the caller as its origin.
#[track_caller]
pub(crate) fn object(name: &str) -> contract::Header {
    let place = Location::caller();
    contract::Header {
        id: name.to_owned(),
        namespace: None,
        name: name.to_owned(),
        comment: String::new(),
        origin: Some(contract::Origin { file: place.file().to_owned(), line: place.line() }),
    }
}

pub(crate) fn column(name: &str) -> contract::ColumnHeader {
    contract::ColumnHeader { name: name.to_owned(), was: Vec::new(), comment: String::new() }
}

pub(crate) fn setting(name: &str, value: &str) -> contract::Setting {
    contract::Setting { name: name.to_owned(), value: value.to_owned() }
}

pub(crate) fn texts<'a>(all: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    all.into_iter().map(str::to_owned).collect()
}

/// Methods that every object has.
macro_rules! object_methods {
    ($object:ty) => {
        impl $object {
            /// An id of its own. Without one it is the object's name.
            pub fn id(mut self, id: &str) -> Self {
                self.0.header.id = id.to_owned();
                self
            }

            /// The namespace it lives in. Without one it is the model's own.
            pub fn namespace(mut self, namespace: &str) -> Self {
                self.0.header.namespace = Some(namespace.to_owned());
                self
            }

            /// What it holds, for people.
            pub fn comment(mut self, comment: &str) -> Self {
                self.0.header.comment = comment.to_owned();
                self
            }
        }
    };
}
pub(crate) use object_methods;

/// Methods that every column and field has.
macro_rules! column_methods {
    ($column:ty) => {
        impl $column {
            /// What it holds, for people.
            pub fn comment(mut self, comment: &str) -> Self {
                self.0.header.comment = comment.to_owned();
                self
            }

            /// A name it had before, so that a rename keeps what is stored. Once for each former name.
            pub fn was(mut self, former: &str) -> Self {
                self.0.header.was.push(former.to_owned());
                self
            }
        }
    };
}
pub(crate) use column_methods;
