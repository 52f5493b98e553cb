//! Values as a guest returns them: laid out in memory by the canonical ABI, from data that names only what matters.
//!
//! A field that is left out is what is most harmless: an empty text or list, no value, 0, the first case. A list may be
//! given as `{ times = N, each = VALUE }`; `{n}` in its texts is the number of the element. In any text `<<N|TEXT>>` is
//! that text so many times, and `{i}` in it the number of the repetition.

use serde_json::Value;
use std::collections::HashMap;
use wit_parser::{Int, Resolve, SizeAlign, Type, TypeDefKind, TypeId};

/// The beginning of a guest's memory that values are laid out in.
pub const BASE: u32 = 65_536;

/// Memory that is being filled.
pub struct Image<'a> {
    resolve: &'a Resolve,
    sizes: SizeAlign,
    bytes: Vec<u8>,
    /// Equal texts stand in memory once: what a guest returns may be larger than what it holds.
    texts: HashMap<String, (u32, u32)>,
}

impl<'a> Image<'a> {
    pub fn new(resolve: &'a Resolve) -> Self {
        let mut sizes = SizeAlign::default();
        sizes.fill(resolve);
        Self { resolve, sizes, bytes: Vec::new(), texts: HashMap::new() }
    }

    /// Lays out a value; where it stands.
    pub fn add(&mut self, value: &Value, kind: &Type) -> u32 {
        let at = self.room(self.size(kind), self.align(kind));
        self.store(at, value, kind, 0);
        address(at)
    }

    /// Memory from [`BASE`] on.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn size(&self, kind: &Type) -> usize {
        self.sizes.size(kind).size_wasm32()
    }

    fn align(&self, kind: &Type) -> usize {
        self.sizes.align(kind).align_wasm32()
    }

    fn room(&mut self, size: usize, align: usize) -> usize {
        let at = self.bytes.len().next_multiple_of(align);
        self.bytes.resize(at + size, 0);
        at
    }

    fn put(&mut self, at: usize, bytes: &[u8]) {
        self.bytes[at..at + bytes.len()].copy_from_slice(bytes);
    }

    fn pair(&mut self, at: usize, pointer: u32, length: usize) {
        self.put(at, &pointer.to_le_bytes());
        self.put(at + 4, &u32::try_from(length).unwrap().to_le_bytes());
    }

    fn store(&mut self, at: usize, value: &Value, kind: &Type, number: usize) {
        match kind {
            Type::Bool => self.put(at, &[u8::from(value.as_bool().unwrap_or_default())]),
            Type::U8 | Type::S8 => self.put(at, &whole(value).to_le_bytes()[..1]),
            Type::U16 | Type::S16 => self.put(at, &whole(value).to_le_bytes()[..2]),
            Type::U32 | Type::S32 => self.put(at, &whole(value).to_le_bytes()[..4]),
            Type::U64 | Type::S64 => self.put(at, &whole(value).to_le_bytes()),
            Type::String => {
                let text = repeated(value.as_str().unwrap_or_default()).replace("{n}", &number.to_string());
                let (pointer, length) = self.text(text);
                self.pair(at, pointer, length as usize);
            }
            Type::Id(id) => self.store_defined(at, value, *id, number),
            other => panic!("the contract has no {other:?}"),
        }
    }

    fn text(&mut self, text: String) -> (u32, u32) {
        if let Some(known) = self.texts.get(&text) {
            return *known;
        }
        let start = self.room(text.len(), 1);
        self.put(start, text.as_bytes());
        let place = (address(start), u32::try_from(text.len()).unwrap());
        self.texts.insert(text, place);
        place
    }

    fn store_defined(&mut self, at: usize, value: &Value, id: TypeId, number: usize) {
        let resolve = self.resolve;
        match &resolve.types[id].kind {
            TypeDefKind::Type(kind) => self.store(at, value, kind, number),
            TypeDefKind::Record(record) => {
                let names: Vec<String> = record.fields.iter().map(|field| plain(&field.name)).collect();
                if let Some(given) = value.as_object() {
                    let unknown = given.keys().find(|key| !names.contains(&plain(key)));
                    assert!(unknown.is_none(), "{unknown:?} is none of {names:?}");
                }
                let places = self.sizes.field_offsets(record.fields.iter().map(|field| &field.ty));
                let places: Vec<_> = places.into_iter().map(|(place, kind)| (place.size_wasm32(), *kind)).collect();
                for (name, (place, kind)) in names.iter().zip(places) {
                    let given = value.as_object().and_then(|given| given.iter().find(|(key, _)| plain(key) == *name));
                    self.store(at + place, given.map_or(&Value::Null, |(_, value)| value), &kind, number);
                }
            }
            TypeDefKind::Enum(cases) => {
                let names: Vec<String> = cases.cases.iter().map(|case| plain(&case.name)).collect();
                self.put(at, &[position(value.as_str(), &names)]);
            }
            TypeDefKind::Variant(variant) => {
                // `"Empty"`, or `{ DefaultTo = "1" }`.
                let (name, payload) = match value {
                    Value::Object(one) => one.iter().next().map(|(name, value)| (Some(name.as_str()), value)).unwrap(),
                    other => (other.as_str(), &Value::Null),
                };
                let names: Vec<String> = variant.cases.iter().map(|case| plain(&case.name)).collect();
                let case = position(name, &names);
                let place = self.sizes.payload_offset(variant.tag(), variant.cases.iter().map(|case| case.ty.as_ref()));
                self.case(at, case, place.size_wasm32(), payload, variant.cases[usize::from(case)].ty, number);
            }
            TypeDefKind::Option(kind) => {
                let place = self.sizes.payload_offset(Int::U8, [None, Some(kind)]).size_wasm32();
                self.case(
                    at,
                    u8::from(!value.is_null()),
                    place,
                    value,
                    Some(*kind).filter(|_| !value.is_null()),
                    number,
                );
            }
            TypeDefKind::Result(result) => {
                let place = self.sizes.payload_offset(Int::U8, [result.ok.as_ref(), result.err.as_ref()]).size_wasm32();
                match value.get("err") {
                    Some(problems) => self.case(at, 1, place, problems, result.err, number),
                    None => self.case(at, 0, place, value, result.ok, number),
                }
            }
            TypeDefKind::List(kind) => self.list(at, value, kind),
            other => panic!("the contract has no {}", other.as_str()),
        }
    }

    fn case(&mut self, at: usize, case: u8, place: usize, payload: &Value, kind: Option<Type>, number: usize) {
        self.put(at, &[case]);
        if let Some(kind) = kind {
            self.store(at + place, payload, &kind, number);
        }
    }

    fn list(&mut self, at: usize, value: &Value, kind: &Type) {
        let (length, each) = match value {
            Value::Array(items) => (items.len(), None),
            Value::Object(given) => (usize::try_from(whole(&given["times"])).unwrap(), Some(&given["each"])),
            _ => (0, None),
        };
        let size = self.size(kind);
        let start = self.room(size * length, self.align(kind));
        self.pair(at, address(start), length);
        for number in 0..length {
            let item = each.unwrap_or_else(|| &value[number]);
            self.store(start + size * number, item, kind, number);
        }
    }
}

fn address(at: usize) -> u32 {
    BASE + u32::try_from(at).unwrap()
}

fn whole(value: &Value) -> u64 {
    match value {
        Value::Null => 0,
        value => value.as_u64().or_else(|| value.as_i64().map(i64::cast_unsigned)).expect("a whole number"),
    }
}

/// `data-type`, `data_type` and `DataType` are one name.
fn plain(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn position(name: Option<&str>, names: &[String]) -> u8 {
    let Some(name) = name else { return 0 };
    let place = names.iter().position(|one| *one == plain(name));
    u8::try_from(place.unwrap_or_else(|| panic!("{name} is none of {names:?}"))).unwrap()
}

/// `<<N|TEXT>>` becomes the text, so many times; `{i}` in it is the number of the repetition.
pub fn repeated(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("<<") {
        let (inside, behind) = after.split_once(">>").expect(">> after <<");
        let (times, what) = inside.split_once('|').expect("<<N|TEXT>>");
        out.push_str(before);
        let times = times.parse().expect("a number after <<");
        if what.contains("{i}") {
            (0..times).for_each(|number: usize| out.push_str(&what.replace("{i}", &number.to_string())));
        } else {
            out.push_str(&what.repeat(times));
        }
        rest = behind;
    }
    out + rest
}
