//! The names that a `use` brings in, one by one.

use syn::UseTree;

use super::tokens::{Path, plain};

/// One name that a `use` brings in.
pub struct Leaf {
    /// Where it is.
    pub path: Path,
    /// What it is called here; none for a glob.
    pub name: Option<String>,
}

/// The names that a `use` brings in. Nothing for `use ::other_crate`.
pub fn leaves(item: &syn::ItemUse) -> Vec<Leaf> {
    let mut found = Vec::new();
    if item.leading_colon.is_none() {
        add_leaves(&item.tree, &mut Vec::new(), &mut found);
    }
    found
}

fn add_leaves(tree: &UseTree, before: &mut Path, found: &mut Vec<Leaf>) {
    match tree {
        UseTree::Path(path) => {
            before.push(plain(&path.ident));
            add_leaves(&path.tree, before, found);
            before.pop();
        }
        UseTree::Name(name) => found.push(leaf(before, &name.ident, &name.ident)),
        UseTree::Rename(renamed) => found.push(leaf(before, &renamed.ident, &renamed.rename)),
        UseTree::Glob(_) => found.push(Leaf { path: before.clone(), name: None }),
        UseTree::Group(group) => {
            for tree in &group.items {
                add_leaves(tree, before, found);
            }
        }
    }
}

/// `order::{self}` brings in `order`.
fn leaf(before: &[String], ident: &syn::Ident, name: &syn::Ident) -> Leaf {
    let mut path = before.to_vec();
    if ident != "self" {
        path.push(plain(ident));
    }
    let name = if name == "self" { path.last().cloned() } else { Some(plain(name)) };
    Leaf { path, name }
}
