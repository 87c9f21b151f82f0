//! Which names of other files a file uses.

use std::collections::{BTreeMap, BTreeSet};

use syn::visit::{self, Visit};

use super::{
    imports::leaves,
    modules::{Crate, What},
    resolve::Target,
    tokens::{self, Path, plain},
};

/// From a file to a file, by their places in [`Crate::files`], with the names that tie them.
pub type Arrows = BTreeMap<(usize, usize), BTreeSet<String>>;

/// Every arrow between two files of the crate.
pub fn arrows(read: &Crate) -> Arrows {
    let mut arrows = Arrows::new();
    for (module, contents) in &read.contents {
        let mut reader = Reader { read, module: *module, variables: BTreeSet::new(), arrows: &mut arrows };
        reader.visit_file(contents);
    }
    arrows
}

struct Reader<'c> {
    read: &'c Crate,
    /// Where paths begin.
    module: usize,
    /// Of the function that is read: a single word among them names no item.
    variables: BTreeSet<String>,
    arrows: &'c mut Arrows,
}

impl Reader<'_> {
    fn take(&mut self, path: &[String]) {
        let found = self.read.resolve(path, self.module);
        self.add(found);
    }

    fn add(&mut self, found: Vec<Target>) {
        let from = self.read.modules[self.module].file;
        for target in found {
            if let Target::Item(module, name) = target {
                let to = self.read.modules[module].file;
                if to != from {
                    self.arrows.entry((from, to)).or_default().insert(name);
                }
            }
        }
    }

    fn take_path(&mut self, path: &syn::Path) {
        if path.leading_colon.is_none() {
            self.take(&segments(path));
        }
    }

    fn in_function(&mut self, collect: impl FnOnce(&mut Variables), visit: impl FnOnce(&mut Self)) {
        let mut inner = Variables(self.variables.clone());
        collect(&mut inner);
        let outer = std::mem::replace(&mut self.variables, inner.0);
        visit(self);
        self.variables = outer;
    }
}

fn segments(path: &syn::Path) -> Path {
    path.segments.iter().map(|segment| plain(&segment.ident)).collect()
}

impl<'a> Visit<'a> for Reader<'_> {
    fn visit_item_mod(&mut self, item: &'a syn::ItemMod) {
        let Some((_, items)) = &item.content else {
            return;
        };
        let name = plain(&item.ident);
        let named = self.read.modules[self.module].names.iter().filter(|named| named.name == name);
        let children = named.filter_map(|named| match named.what {
            What::Module(child) => Some(child),
            What::Item | What::Enum(_) | What::Macro(_) | What::Import(_) | What::Glob(_) => None,
        });
        let outer = self.module;
        for child in children {
            self.module = child;
            for item in items {
                self.visit_item(item);
            }
        }
        self.module = outer;
    }

    /// Handing a name on is no use of it. Where a module comes along under the name of a function, what is
    /// done with the name further down says which of the two is meant.
    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        if !matches!(item.vis, syn::Visibility::Inherited) {
            return;
        }
        for leaf in leaves(item) {
            let found = self.read.resolve(&leaf.path, self.module);
            if !found.iter().any(|target| matches!(target, Target::Module(_))) {
                self.add(found);
            }
        }
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        self.take_path(path);
        visit::visit_path(self, path);
    }

    fn visit_expr_path(&mut self, path: &'a syn::ExprPath) {
        if path.path.get_ident().is_none_or(|ident| !self.variables.contains(&plain(ident))) {
            self.take_path(&path.path);
        }
        if let Some(of) = &path.qself {
            self.visit_qself(of);
        }
        visit::visit_path(self, &path.path);
    }

    /// A word that is called is no variable: closures are rare, and a variable named like the function that
    /// made it is not.
    fn visit_expr_call(&mut self, call: &'a syn::ExprCall) {
        if let syn::Expr::Path(path) = &*call.func {
            self.take_path(&path.path);
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_pat_ident(&mut self, pattern: &'a syn::PatIdent) {
        let name = plain(&pattern.ident);
        if name.starts_with(char::is_uppercase) {
            self.take(&[name]);
        }
        visit::visit_pat_ident(self, pattern);
    }

    fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
        self.in_function(|names| names.visit_item_fn(item), |reader| visit::visit_item_fn(reader, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
        self.in_function(
            |names| names.visit_impl_item_fn(item),
            |reader| visit::visit_impl_item_fn(reader, item),
        );
    }

    fn visit_trait_item_fn(&mut self, item: &'a syn::TraitItemFn) {
        self.in_function(
            |names| names.visit_trait_item_fn(item),
            |reader| visit::visit_trait_item_fn(reader, item),
        );
    }

    fn visit_macro(&mut self, call: &'a syn::Macro) {
        match call.path.get_ident() {
            Some(name) => self.add(self.read.resolve_macro(&plain(name), self.module)),
            None => self.take_path(&call.path),
        }
        for path in tokens::paths(&call.tokens) {
            self.take(&path);
        }
    }

    fn visit_attribute(&mut self, attribute: &'a syn::Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            let (words, texts) = (tokens::paths(&list.tokens), tokens::quoted_paths(&list.tokens));
            for path in words.iter().chain(&texts) {
                self.take(path);
            }
        }
    }

    fn visit_visibility(&mut self, _: &'a syn::Visibility) {}
}

/// The variables of a function, wherever in it they are bound.
struct Variables(BTreeSet<String>);

impl<'a> Visit<'a> for Variables {
    fn visit_pat_ident(&mut self, pattern: &'a syn::PatIdent) {
        let name = plain(&pattern.ident);
        if !name.starts_with(char::is_uppercase) {
            self.0.insert(name);
        }
        visit::visit_pat_ident(self, pattern);
    }
}
