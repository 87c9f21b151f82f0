//! From a path as it is written to the file that defines what it names, through every `use` on the way.

use super::modules::{Crate, Named, Seen, What};

/// What a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// A module.
    Module(usize),
    /// An item, by the module that defines it. What follows it in a path is a part of it.
    Item(usize, String),
}

impl Crate {
    /// What a path leads to from inside a module; nothing for what other crates define.
    ///
    /// More than one where a name stands for several things, such as a module and a function.
    pub fn resolve(&self, path: &[String], from: usize) -> Vec<Target> {
        Search { read: self, open: Vec::new() }.path(path, from)
    }

    /// What a macro's name stands for where it is called without a path: the modules around count too.
    pub fn resolve_macro(&self, name: &str, from: usize) -> Vec<Target> {
        let path = [name.to_owned()];
        let found = self.around(from).flat_map(|module| self.resolve(&path, module));
        found.filter(|target| self.is_macro(target)).take(1).collect()
    }

    /// Functions are called like macros: `write(..)` and `write!(..)`.
    fn is_macro(&self, target: &Target) -> bool {
        let Target::Item(module, name) = target else {
            return false;
        };
        let mut names = self.modules[*module].names.iter().filter(|named| named.name == *name);
        names.any(|named| matches!(named.what, What::Macro(_)))
    }
}

struct Search<'c> {
    read: &'c Crate,
    /// What is being followed, by its module, its place there and the name that is asked for: what leads to
    /// itself leads nowhere.
    open: Vec<(usize, usize, String)>,
}

impl Search<'_> {
    fn path(&mut self, path: &[String], from: usize) -> Vec<Target> {
        let Some((first, rest)) = path.split_first() else {
            return Vec::new();
        };
        let mut found = match first.as_str() {
            "crate" => vec![Target::Module(self.read.root(from))],
            "self" => vec![Target::Module(from)],
            "super" => self.parent(from),
            name => self.name(name, from, from),
        };
        for segment in rest {
            // What goes on behind a name that is a module and a function too goes on in the module.
            if found.iter().any(is_module) {
                found.retain(is_module);
            }
            let step = |target: Target| match target {
                Target::Module(module) if segment == "super" => self.parent(module),
                Target::Module(module) => self.name(segment, module, from),
                Target::Item(..) => vec![target],
            };
            found = found.into_iter().flat_map(step).collect();
        }
        found
    }

    fn parent(&self, module: usize) -> Vec<Target> {
        self.read.modules[module].parent.map(Target::Module).into_iter().collect()
    }

    /// A name of a module, as those inside `from` see it.
    fn name(&mut self, name: &str, module: usize, from: usize) -> Vec<Target> {
        let read = self.read;
        let inside = read.around(from).any(|around| around == module);
        let names = || read.modules[module].names.iter().enumerate();
        let visible = || names().filter(|(_, named)| inside || named.seen == Seen::Outside);
        let mut known = false;
        let mut found = Vec::new();
        for (place, named) in visible().filter(|(_, named)| named.name == name) {
            known = true;
            found.extend(self.meaning(name, named, (module, place)));
        }
        // A name that was brought in or declared hides those of globs, but a module hides only modules.
        if !known || (!found.is_empty() && found.iter().all(is_module)) {
            for (place, named) in visible().filter(|(_, named)| matches!(named.what, What::Glob(_))) {
                found.extend(self.meaning(name, named, (module, place)));
            }
        }
        if !known && found.is_empty() && self.is_made(name, module) {
            found.push(Target::Item(module, name.to_owned()));
        }
        found
    }

    /// What one line of a module, at its place there, gives for a name.
    fn meaning(&mut self, name: &str, named: &Named, (module, place): (usize, usize)) -> Vec<Target> {
        let step = (module, place, name.to_owned());
        if self.open.contains(&step) {
            return Vec::new();
        }
        self.open.push(step);
        let found = match &named.what {
            What::Module(child) => vec![Target::Module(*child)],
            What::Item | What::Enum(_) => vec![Target::Item(module, name.to_owned())],
            What::Macro(home) => vec![Target::Item(*home, name.to_owned())],
            What::Import(path) => self.path(path, module),
            What::Glob(path) => {
                let within = self.path(path, module);
                within.into_iter().flat_map(|target| self.within(target, name, module)).collect()
            }
        };
        self.open.pop();
        found
    }

    /// What a glob over the target gives for a name.
    fn within(&mut self, target: Target, name: &str, from: usize) -> Vec<Target> {
        match target {
            Target::Module(module) => self.name(name, module, from),
            Target::Item(module, ref item) if self.has_variant(module, item, name) => vec![target],
            Target::Item(..) => Vec::new(),
        }
    }

    fn has_variant(&self, module: usize, item: &str, name: &str) -> bool {
        self.read.modules[module].names.iter().any(|named| match &named.what {
            What::Enum(variants) => named.name == item && variants.iter().any(|variant| variant == name),
            What::Module(_) | What::Item | What::Macro(_) | What::Import(_) | What::Glob(_) => false,
        })
    }

    /// Whether a macro that the module calls may declare the name.
    fn is_made(&self, name: &str, module: usize) -> bool {
        self.read.modules[module].calls.iter().any(|call| {
            let declared = self.read.made_by.get(&call.name).into_iter().flatten();
            call.words.iter().chain(declared).any(|word| word == name)
        })
    }
}

const fn is_module(target: &Target) -> bool {
    matches!(target, Target::Module(_))
}
