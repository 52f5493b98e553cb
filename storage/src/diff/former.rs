//! Names that earlier versions of this tool derived otherwise.
//!
//! An index that stands under its former name is the one that is wanted: nothing is made beside it, and nothing renamed.
//! Pure. Done before anything is compared, so that all that comes after sees one name.

use crate::catalog::{Catalog, PartKey, PartKind};
use crate::definition::Object;
use crate::desire::{Drawn, Wanted, WantedObject};

impl Wanted {
    /// The same, with each index under the name it has on the server, where that is its former one.
    #[must_use]
    pub fn as_found(mut self, actual: &Catalog) -> Self {
        for (name, wanted) in &mut self.objects {
            if let Some(found) = actual.objects.get(name) {
                wanted.keep_former_names(|key| found.answers.contains_key(key));
            }
        }
        self
    }
}

impl WantedObject {
    fn keep_former_names(&mut self, stands: impl Fn(&PartKey) -> bool) {
        let Object::Aggregate(aggregate) = &mut self.desired.object else { return };
        for index in &mut aggregate.indexes {
            let Some(former) = &index.former else { continue };
            let key = |name: &crate::name::Name| PartKey::new(PartKind::Index, name.as_str());
            let (now, then) = (key(&index.name), key(former));
            // Another index of the definition may have that name today.
            let Drawn { shape, asked } = &mut self.drawn;
            if stands(&now) || !stands(&then) || shape.parts.contains_key(&then) {
                continue;
            }
            if let (Some(facts), Some(words)) = (shape.parts.remove(&now), asked.remove(&now)) {
                shape.parts.insert(then.clone(), facts);
                asked.insert(then, words);
                index.name = former.clone();
            }
        }
    }
}
