//! A crate's modules as they are written: which file each stands in, what it declares, what it brings in by `use`.

use std::collections::BTreeMap;

use super::tokens::Path;

/// What the files of a crate say, before anything is resolved.
#[derive(Default)]
pub struct Crate {
    /// Relative to the crate's `src`.
    pub files: Vec<String>,
    /// The modules; a file is one, and so is a `mod x { .. }` inside it.
    pub modules: Vec<Module>,
    /// The contents of each file, with the module that the file is.
    pub contents: Vec<(usize, syn::File)>,
    /// What each `macro_rules!` declares by name, wherever it is called.
    pub made_by: BTreeMap<String, Vec<String>>,
}

/// One module.
pub struct Module {
    /// Its file, a place in [`Crate::files`].
    pub file: usize,
    /// The module around it; none for a crate's root.
    pub parent: Option<usize>,
    /// What it declares and what it brings in.
    pub names: Vec<Named>,
    /// The macros it calls among its items: each may declare anything that it is handed.
    pub calls: Vec<Call>,
}

/// A name in a module.
pub struct Named {
    /// The name; `*` for a glob.
    pub name: String,
    /// What it stands for.
    pub what: What,
    /// Who sees it.
    pub seen: Seen,
}

/// What a name stands for.
pub enum What {
    /// A module inside this one.
    Module(usize),
    /// An item declared here.
    Item,
    /// An enum declared here, with its variants: they can be brought in by a glob.
    Enum(Vec<String>),
    /// The `macro_rules!` of a module, which those inside it see without a path. One that is exported has its name in
    /// the crate's root as well.
    Macro(usize),
    /// A name of somewhere else.
    Import(Path),
    /// Every name of somewhere else.
    Glob(Path),
}

/// Who sees a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Seen {
    /// This module and those inside it.
    Inside,
    /// Others too, how many does not matter here: what compiles may see what it names.
    Outside,
}

/// A macro called where items stand.
pub struct Call {
    /// The macro's name.
    pub name: String,
    /// Every word it is handed.
    pub words: Vec<String>,
}

impl Crate {
    /// The root of the crate that a module lies in.
    pub fn root(&self, module: usize) -> usize {
        self.around(module).last().unwrap_or(module)
    }

    /// A module, the one around it, and so on up to the root.
    pub fn around(&self, module: usize) -> impl Iterator<Item = usize> {
        std::iter::successors(Some(module), |module| self.modules[*module].parent)
    }
}
