//! From the files of a crate to its modules: a file is found by the `mod x;` that declares it, or, where a macro is
//! called among a file's items, by standing in the folder.

use anyhow::{Context, ensure};
use syn::{Item, Visibility, visit::Visit};

use super::{
    imports::{Leaf, leaves},
    modules::{Call, Crate, Module, Named, Seen, What},
    test_code,
    tokens::{self, plain},
};
use crate::tree::Tree;

/// Reads the crate whose sources lie in `folder`, without its test code.
pub fn read(tree: &Tree, folder: &str) -> anyhow::Result<Crate> {
    let mut gather = Gather { tree, folder, read: Crate::default() };
    for file in &tree.files {
        let Some(path) = file.path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')) else {
            continue;
        };
        let program = path.strip_prefix("bin/").is_some_and(|name| !name.contains('/'));
        if program || matches!(path, "lib.rs" | "main.rs") {
            let inside = path.rsplit_once('/').map_or("", |(inside, _)| inside);
            gather.add_file(path, None, inside)?;
        }
    }
    ensure!(!gather.read.files.is_empty(), "{folder} has no lib.rs and no main.rs");
    Ok(gather.read)
}

struct Gather<'t> {
    tree: &'t Tree,
    folder: &'t str,
    read: Crate,
}

impl Gather<'_> {
    /// Reads one file and those of the modules that it declares, which lie in the folder `inside`.
    fn add_file(&mut self, path: &str, parent: Option<usize>, inside: &str) -> anyhow::Result<usize> {
        let whole = format!("{}/{path}", self.folder);
        let text = &self.tree.find(&whole).with_context(|| format!("{whole} is not there"))?.text;
        let mut contents = syn::parse_file(text).with_context(|| format!("reading {whole}"))?;
        test_code::take_out(&mut contents);
        self.read.files.push(path.to_owned());
        let module = self.add_module(self.read.files.len() - 1, parent);
        self.add_items(module, &contents.items, inside)?;
        if !self.read.modules[module].calls.is_empty() {
            self.add_made_modules(module, inside)?;
        }
        self.read.contents.push((module, contents));
        Ok(module)
    }

    /// A macro that is called among the items may declare modules: those whose files are there.
    fn add_made_modules(&mut self, module: usize, inside: &str) -> anyhow::Result<()> {
        let folder =
            if inside.is_empty() { self.folder.to_owned() } else { format!("{}/{inside}", self.folder) };
        let paths =
            self.tree.files.iter().filter_map(|file| file.path.strip_prefix(&folder)?.strip_prefix('/'));
        let names =
            paths.filter_map(|path| path.strip_suffix("/mod.rs").or_else(|| path.strip_suffix(".rs")));
        let names =
            names.filter(|name| !name.contains('/') && !matches!(*name, "mod" | "lib" | "main" | "tests"));
        let known = |name: &str| self.read.modules[module].names.iter().any(|named| named.name == name);
        let made: Vec<String> = names.filter(|name| !known(name)).map(str::to_owned).collect();
        for name in made {
            let below = if inside.is_empty() { name.clone() } else { format!("{inside}/{name}") };
            let child = self.add_file(&self.path_of(&below), Some(module), &below)?;
            self.add_name(module, name, What::Module(child), Seen::Outside);
        }
        Ok(())
    }

    /// The file of a module: one of its name, or the `mod.rs` in its folder.
    fn path_of(&self, below: &str) -> String {
        let flat = format!("{below}.rs");
        let is_flat = self.tree.find(&format!("{}/{flat}", self.folder)).is_some();
        if is_flat { flat } else { format!("{below}/mod.rs") }
    }

    fn add_module(&mut self, file: usize, parent: Option<usize>) -> usize {
        self.read.modules.push(Module { file, parent, names: Vec::new(), calls: Vec::new() });
        self.read.modules.len() - 1
    }

    fn add_items(&mut self, module: usize, items: &[Item], inside: &str) -> anyhow::Result<()> {
        for item in items {
            if let Item::Mod(declared) = item {
                self.add_inner(module, declared, inside)?;
                continue;
            }
            self.add_item(module, item);
            // What a function declares or brings in for itself is taken as its module's: nobody else can
            // name it, so the arrows are the same.
            let mut blocks = Blocks::default();
            blocks.visit_item(item);
            for item in blocks.0 {
                self.add_item(module, item);
            }
        }
        Ok(())
    }

    fn add_inner(&mut self, module: usize, declared: &syn::ItemMod, inside: &str) -> anyhow::Result<()> {
        let name = plain(&declared.ident);
        let below = if inside.is_empty() { name.clone() } else { format!("{inside}/{name}") };
        let child = if let Some((_, items)) = &declared.content {
            let child = self.add_module(self.read.modules[module].file, Some(module));
            self.add_items(child, items, &below)?;
            child
        } else {
            self.add_file(&self.path_of(&below), Some(module), &below)?
        };
        self.add_name(module, name, What::Module(child), seen(&declared.vis));
        Ok(())
    }

    fn add_item(&mut self, module: usize, item: &Item) {
        let (ident, vis) = match item {
            Item::Const(item) => (&item.ident, &item.vis),
            Item::Fn(item) => (&item.sig.ident, &item.vis),
            Item::Static(item) => (&item.ident, &item.vis),
            Item::Struct(item) => (&item.ident, &item.vis),
            Item::Trait(item) => (&item.ident, &item.vis),
            Item::TraitAlias(item) => (&item.ident, &item.vis),
            Item::Type(item) => (&item.ident, &item.vis),
            Item::Union(item) => (&item.ident, &item.vis),
            Item::Enum(item) => {
                let variants = item.variants.iter().map(|variant| plain(&variant.ident)).collect();
                return self.add_name(module, plain(&item.ident), What::Enum(variants), seen(&item.vis));
            }
            Item::Use(item) => {
                for Leaf { path, name } in leaves(item) {
                    let what = if name.is_some() { What::Import(path) } else { What::Glob(path) };
                    self.add_name(module, name.unwrap_or_else(|| "*".to_owned()), what, seen(&item.vis));
                }
                return;
            }
            Item::Macro(item) => return self.add_macro(module, item),
            _ => return,
        };
        self.add_name(module, plain(ident), What::Item, seen(vis));
    }

    fn add_macro(&mut self, module: usize, item: &syn::ItemMacro) {
        let Some(ident) = &item.ident else {
            let name = item.mac.path.segments.last().map(|segment| plain(&segment.ident));
            let call = Call { name: name.unwrap_or_default(), words: tokens::words(&item.mac.tokens) };
            return self.read.modules[module].calls.push(call);
        };
        self.read.made_by.insert(plain(ident), tokens::declared(&item.mac.tokens));
        self.add_name(module, plain(ident), What::Macro(module), Seen::Outside);
        if item.attrs.iter().any(|attribute| attribute.path().is_ident("macro_export")) {
            self.add_name(self.read.root(module), plain(ident), What::Macro(module), Seen::Outside);
        }
    }

    fn add_name(&mut self, module: usize, name: String, what: What, seen: Seen) {
        self.read.modules[module].names.push(Named { name, what, seen });
    }
}

fn seen(vis: &Visibility) -> Seen {
    match vis {
        Visibility::Inherited => Seen::Inside,
        Visibility::Public(_) | Visibility::Restricted(_) => Seen::Outside,
    }
}

/// The items inside functions.
#[derive(Default)]
struct Blocks<'a>(Vec<&'a Item>);

impl<'a> Visit<'a> for Blocks<'a> {
    fn visit_stmt(&mut self, stmt: &'a syn::Stmt) {
        if let syn::Stmt::Item(item) = stmt {
            self.0.push(item);
        }
        syn::visit::visit_stmt(self, stmt);
    }
}
