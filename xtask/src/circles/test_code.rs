//! Test code, which is taken out before anything is read: what only a test uses is no arrow.

use syn::{Attribute, Item, Meta, Token, punctuated::Punctuated};

/// Leaves of a file what is there when the tests are not.
pub fn take_out(file: &mut syn::File) {
    if is_test(&file.attrs) {
        file.items.clear();
    }
    take_out_of(&mut file.items);
}

fn take_out_of(items: &mut Vec<Item>) {
    items.retain(|item| !is_test(attributes(item)));
    for item in items {
        match item {
            Item::Mod(syn::ItemMod { content: Some((_, items)), .. }) => take_out_of(items),
            Item::Impl(item) => item.items.retain(|item| match item {
                syn::ImplItem::Const(item) => !is_test(&item.attrs),
                syn::ImplItem::Fn(item) => !is_test(&item.attrs),
                _ => true,
            }),
            _ => {}
        }
    }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

/// `#[test]`, `#[tokio::test]`, `#[cfg(test)]`, `#[cfg(all(test, unix))]`; not `#[cfg(any(test, unix))]`.
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| match &attribute.meta {
        Meta::List(list) if list.path.is_ident("cfg") => {
            list.parse_args().is_ok_and(|inner: Meta| only_in_tests(&inner))
        }
        meta => meta.path().segments.last().is_some_and(|last| last.ident == "test"),
    })
}

fn only_in_tests(condition: &Meta) -> bool {
    match condition {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("all") => {
            let parts = list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated);
            parts.is_ok_and(|parts| parts.iter().any(only_in_tests))
        }
        Meta::List(_) | Meta::NameValue(_) => false,
    }
}
