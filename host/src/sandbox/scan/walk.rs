//! The walk through everything that is nested in a component, before anything of it is compiled.
//!
//! A compiler takes time and memory that no limit on the file's size bounds: one function of a mebibyte can take
//! minutes. So whatever multiplies work is counted here, in one pass over the file, and the pass ends at the first
//! thing that is too many. What is valid is not decided here.

use super::body;
use super::malformed;
use crate::sandbox::error::Finding;
use crate::sandbox::limits::Limits;
use std::ops::Range;
use wasmtime::wasmparser::{
    BinaryReaderError, ComponentType, ComponentTypeDeclaration, CoreType, FunctionBody, InstanceTypeDeclaration,
    Parser, Payload, TypeRef,
};
use whale_storage::diagnostic::codes::sandbox as codes;

/// Looks at every module and component in the file.
pub(super) fn walk(bytes: &[u8], limits: &Limits) -> Result<(), Finding> {
    let mut walk = Walk::new(bytes, limits);
    for payload in Parser::new(0).parse_all(bytes) {
        walk.payload(payload.map_err(|error| malformed(&error))?)?;
    }
    Ok(())
}

/// How many of something were met, over the whole file.
struct Count {
    met: u64,
    most: u64,
    what: &'static str,
    key: &'static str,
}

impl Count {
    fn add(&mut self, more: u64) -> Result<(), Finding> {
        self.met = self.met.saturating_add(more);
        if self.met <= self.most {
            return Ok(());
        }
        let Count { most, what, key, .. } = self;
        Err(Finding::new(codes::TOO_MANY_PARTS, format!("it has more than {most} {what} (limit `{key}`)")))
    }
}

/// The core module that the walk is in.
#[derive(Default)]
pub(super) struct Module {
    /// Its place in the file.
    pub(super) range: Range<usize>,
    /// Which one of the file it is, from 0.
    pub(super) number: u64,
    /// The index that its next function with a body has: imported ones come first.
    pub(super) next: u32,
}

struct Walk<'a> {
    bytes: &'a [u8],
    limits: &'a Limits,
    module: Module,
    functions: Count,
    modules: Count,
    components: Count,
    instances: Count,
    segments: Count,
    types: Count,
    memories: Count,
}

impl<'a> Walk<'a> {
    fn new(bytes: &'a [u8], limits: &'a Limits) -> Self {
        let count = |most, what, key| Count { met: 0, most, what, key };
        Self {
            bytes,
            limits,
            module: Module::default(),
            functions: count(limits.functions, "functions", "functions"),
            modules: count(limits.modules, "core modules", "modules"),
            components: count(limits.components, "nested components", "components"),
            instances: count(limits.declared_instances, "instances", "declared_instances"),
            segments: count(limits.data_segments, "data segments", "data_segments"),
            types: count(limits.types, "types", "types"),
            memories: count(u64::from(limits.memories), "memories", "memories"),
        }
    }

    fn payload(&mut self, payload: Payload<'_>) -> Result<(), Finding> {
        match payload {
            Payload::ModuleSection { unchecked_range, .. } => {
                self.module = Module { range: unchecked_range, number: self.modules.met, next: 0 };
                self.modules.add(1)
            }
            Payload::ComponentSection { .. } => self.components.add(1),
            Payload::InstanceSection(section) => self.instances.add(section.count().into()),
            Payload::ComponentInstanceSection(section) => self.instances.add(section.count().into()),
            // Another module's memory is no further one.
            Payload::ImportSection(section) => section.into_imports().try_for_each(|import| {
                let kind = import.map_err(|error| malformed(&error))?.ty;
                let function = matches!(kind, TypeRef::Func(_) | TypeRef::FuncExact(_));
                self.module.next = self.module.next.saturating_add(function.into());
                Ok(())
            }),
            Payload::FunctionSection(section) => self.functions.add(section.count().into()),
            Payload::MemorySection(section) => self.memories.add(section.count().into()),
            Payload::DataSection(section) => self.segments.add(section.count().into()),
            Payload::TypeSection(section) => each(section, |group| self.types.add(group.types().len() as u64)),
            Payload::CoreTypeSection(section) => each(section, |kind| self.types.add(in_core_type(&kind))),
            Payload::ComponentTypeSection(section) => each(section, |kind| self.types.add(in_type(&kind))),
            Payload::CodeSectionEntry(function) => self.function(&function),
            _ => Ok(()),
        }
    }

    fn function(&mut self, function: &FunctionBody<'_>) -> Result<(), Finding> {
        let found = body::look(function, self.limits).map_err(|error| malformed(&error))?;
        match found {
            None => {
                self.module.next = self.module.next.saturating_add(1);
                Ok(())
            }
            Some(excess) => {
                let name = body::name(self.bytes, &self.module);
                Err(Finding::new(codes::FUNCTION_TOO_LARGE, format!("{name} {excess}")).help(
                    "a generated table is smaller as data than as code; a function that grows with the number of \
                     tables is better a loop",
                ))
            }
        }
    }
}

fn each<T>(
    section: impl IntoIterator<Item = Result<T, BinaryReaderError>>,
    mut look: impl FnMut(T) -> Result<(), Finding>,
) -> Result<(), Finding> {
    section.into_iter().try_for_each(|item| look(item.map_err(|error| malformed(&error))?))
}

/// A type and all that are declared inside of it. The parser has bounded how deep they stand.
fn in_type(kind: &ComponentType<'_>) -> u64 {
    1 + match kind {
        ComponentType::Component(inside) => inside
            .iter()
            .map(|one| match one {
                ComponentTypeDeclaration::CoreType(kind) => in_core_type(kind),
                ComponentTypeDeclaration::Type(kind) => in_type(kind),
                _ => 1,
            })
            .sum(),
        ComponentType::Instance(inside) => inside
            .iter()
            .map(|one| match one {
                InstanceTypeDeclaration::CoreType(kind) => in_core_type(kind),
                InstanceTypeDeclaration::Type(kind) => in_type(kind),
                _ => 1,
            })
            .sum(),
        _ => 0,
    }
}

fn in_core_type(kind: &CoreType<'_>) -> u64 {
    match kind {
        CoreType::Rec(group) => group.types().len() as u64,
        CoreType::Module(inside) => 1 + inside.len() as u64,
    }
}
