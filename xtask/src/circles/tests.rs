//! Circles in trees that exist only in memory.

use super::*;

/// What is found in one crate, `shop`, from the paths and texts of its files.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    check(&tree("shop", files)).expect("the tree reads")
}

fn tree(name: &str, files: &[(&str, &str)]) -> Tree {
    let path = |path: &str| format!("crates/{name}/{path}");
    let manifest = (path("Cargo.toml"), String::new());
    let sources = files.iter().map(|(file, text)| (path(&format!("src/{file}")), (*text).to_owned()));
    let files: Vec<(String, String)> = sources.chain([manifest]).collect();
    Tree::of(&files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect::<Vec<_>>())
}

/// `lib.rs` declares `a` and `b`; `a.rs` defines `A`, `f` and the enum `Kind`, and uses of `b` what each case says.
#[track_caller]
fn ties(b_text: &str, names: &str) {
    let found = found(&with(b_text));
    assert_eq!(
        found,
        [format!("crates/shop/src: a circle of 2 files\n  a.rs -> b.rs: B\n  b.rs -> a.rs: {names}")],
        "{b_text}"
    );
}

#[track_caller]
fn does_not_tie(b_text: &str) {
    assert_eq!(found(&with(b_text)), [""; 0], "{b_text}");
}

fn with(b_text: &str) -> [(&'static str, &str); 3] {
    let a = "use crate::b::B;\npub struct A(B);\npub enum Kind { Gift, Sale }\npub fn f() {}\npub const LIMIT: u8 = 1;";
    [("lib.rs", "pub mod a;\npub mod b;\n"), ("a.rs", a), ("b.rs", b_text)]
}

#[test]
fn a_path_in_a_use_ties() {
    for text in [
        "use crate::a::A; pub struct B;",
        "use super::a::A; pub struct B;",
        "use super::a::{A}; pub struct B;",
        "use super::{a::{A as Other}}; pub struct B(Other);",
        "use crate::a::A as _; pub struct B;",
        "use super::*; pub struct B(a::A);",
        "use crate::a; pub struct B(a::A);",
        "use crate::a as other; pub struct B(other::A);",
        "use crate::a::{self}; pub struct B(a::A);",
        "use crate::a::{self as other}; pub struct B(other::A);",
        "use self::super::a::A; pub struct B;",
        "pub struct B; mod inner { use super::super::a::A; }",
        "pub struct B; mod inner { use super::a::A; } use super::a;",
        "pub struct B; fn g() { use crate::a::A; }",
    ] {
        ties(text, "A");
    }
    ties("use crate::a::{A, f}; pub struct B;", "A, f");
    ties("use crate::a::Kind::{Gift, Sale as Other}; pub struct B;", "Kind");
}

#[test]
fn a_path_where_it_is_used_ties() {
    for (text, names) in [
        ("pub struct B; fn g() { super::a::f(); }", "f"),
        ("use crate::a; pub struct B; fn g() { a::f(); }", "f"),
        ("pub struct B { of: Vec<Option<crate::a::A>> }", "A"),
        ("pub struct B; impl From<crate::a::A> for B {}", "A"),
        ("pub struct B; impl crate::a::A { fn more(&self) {} }", "A"),
        ("pub struct B; fn g<T: Into<crate::a::A>>(t: T) {}", "A"),
        ("pub struct B; fn g() -> usize { size_of::<crate::a::A>() }", "A"),
        ("pub struct B; fn g() { let _ = <crate::a::A as Clone>::clone; }", "A"),
        ("pub struct B; fn g(k: u8) { match k { crate::a::LIMIT => {} _ => {} } }", "LIMIT"),
        ("use crate::a; pub struct B; fn g(k: K) { if let a::Kind::Gift = k {} }", "Kind"),
        ("pub struct B; fn g() { crate::a::A { 0: B }; }", "A"),
        ("#[serde(with = \"crate::a::A\")] pub struct B;", "A"),
        ("#[route(body = crate::a::A)] pub struct B;", "A"),
    ] {
        ties(text, names);
    }
}

#[test]
fn a_glob_ties_by_what_is_used_of_it() {
    ties("use crate::a::*; pub struct B(A);", "A");
    ties("use crate::a::Kind::*; pub struct B; fn g() { Gift; }", "Kind");
    ties("use crate::a::*; pub struct B; fn g() { let f = f(); f; }", "f");
    does_not_tie("use crate::a::*; pub struct B;");
    does_not_tie("use crate::a::*; pub struct B; fn g(f: u8) -> u8 { f }");
    // Declared here, or brought in by name: what the glob has under that name is hidden.
    does_not_tie("use crate::a::*; pub struct B(A); struct A;");
    does_not_tie("use crate::a::*; use serde::A; pub struct B(A);");
}

#[test]
fn what_a_macro_is_handed_ties_as_far_as_it_can_be_read() {
    for (text, names) in [
        ("pub struct B; fn g() { format!(\"{}\", crate::a::LIMIT); }", "LIMIT"),
        ("use crate::a; pub struct B; fn g() { json!({\"x\": [a::f(1)]}); }", "f"),
        ("use crate::a; pub struct B; fn g(k: K) { matches!(k, a::Kind::Gift if true); }", "Kind"),
        ("use crate::a::*; pub struct B; fn g() { assert!(LIMIT > 0); vec![f(); 3]; }", "LIMIT, f"),
        ("use crate::a::*; pub struct B; fn g() { assert!((0..LIMIT).is_empty()); }", "LIMIT"),
        ("pub struct B; macro_rules! of_a { ($x:ident) => { $crate::a::f($x) } }", "f"),
    ] {
        ties(text, names);
    }
    for text in [
        "use crate::a::*; pub struct B; fn g() { assert!(x.f()); }",
        "use crate::a::*; pub struct B; fn g() { println!(\"{}\", x.LIMIT, other::f()); }",
        "use crate::a::*; pub struct B; fn g() { f!(); assert!(f!()); }",
        "use crate::a::*; pub struct B; fn g(f: u8) { println!(\"{}\", f); }",
        "use crate::a::*; macro_rules! m { ($A:ident) => { $A::new() } } pub struct B;",
        "pub struct B; fn g() { format!(\"crate::a::f() {}\", 1); }",
    ] {
        does_not_tie(text);
    }
}

#[test]
fn what_is_not_used_does_not_tie() {
    for text in [
        "pub struct B;",
        "//! Beside [`super::a::A`].\n/// Made from [`crate::a::A`].\npub struct B;",
        "use crate::a; pub struct B;",
        "pub use crate::a::A; pub struct B;",
        "pub(crate) use crate::a::*; pub struct B;",
        "pub struct B; fn g(x: X) { x.f(); x.a.f(); }",
        "use ::a::A; pub struct B(::crate_a::A);",
        "use a::A; pub struct B(A);",
        "pub struct B; impl B { fn f() { Self::f(); Self::A; } }",
        "pub struct B; pub(in crate::a) struct C;",
    ] {
        does_not_tie(text);
    }
    // But a name that is handed on and used here as well does.
    ties("pub use crate::a::A; pub struct B(A);", "A");
}

#[test]
fn test_code_does_not_tie() {
    for text in [
        "pub struct B;\n#[cfg(test)]\nmod tests { use crate::a::A; }",
        "pub struct B;\n#[cfg(test)]\nuse crate::a::A;",
        "pub struct B;\n#[cfg(all(test, unix))]\nfn g() { crate::a::f() }",
        "pub struct B;\n#[tokio::test]\nasync fn g() { crate::a::f() }",
        "pub struct B;\nimpl B {\n#[cfg(test)]\nfn g() { crate::a::f() } }",
        "#![cfg(test)]\nuse crate::a::A; pub struct B;",
        "pub struct B;\nmod inner {\n#[test]\nfn g() { crate::a::f() } }",
    ] {
        does_not_tie(text);
    }
    ties("pub struct B;\n#[cfg(not(test))]\nfn g() { crate::a::f() }", "f");
    ties("pub struct B;\n#[cfg(any(test, unix))]\nfn g() { crate::a::f() }", "f");
    // A file of tests need not even be one that reads.
    let declared = "pub struct B;\n#[cfg(test)]\nmod tests;";
    assert_eq!(found(&[("lib.rs", declared), ("tests.rs", "use super::B; this is no Rust")]), [""; 0]);
}

#[test]
fn a_file_that_hands_on_names_is_passed_through() {
    let order = "mod line;\nmod place;\npub use line::{Line, Total as Sum};\npub use place::*;";
    let files = [
        ("lib.rs", "pub mod order;\npub use order::Line;\npub use order::*;"),
        ("order/mod.rs", order),
        ("order/line.rs", "use super::Place;\npub struct Line;\npub struct Total(Place);"),
        (
            "order/place.rs",
            "pub struct Place;\nuse crate::Line;\nfn g() { crate::order::Sum; crate::order::Place; }",
        ),
    ];
    // Neither `order/mod.rs` nor `lib.rs` is part of it, though every name comes through them.
    assert_eq!(
        found(&files),
        ["crates/shop/src: a circle of 2 files\n  order/line.rs -> order/place.rs: Place\n  \
          order/place.rs -> order/line.rs: Line, Total"]
    );
}

#[test]
fn a_folder_that_also_defines_is_tied_to_its_files() {
    let files = [
        ("lib.rs", "mod order;"),
        ("order/mod.rs", "mod line;\npub use line::Line;\npub struct Order { lines: Vec<Line> }"),
        ("order/line.rs", "use super::Order;\npub struct Line;\nimpl Order { fn first(&self) {} }"),
    ];
    assert_eq!(
        found(&files),
        ["crates/shop/src: a circle of 2 files\n  order/line.rs -> order/mod.rs: Order\n  \
          order/mod.rs -> order/line.rs: Line"]
    );
}

#[test]
fn a_circle_of_three_is_named_whole_and_what_hangs_on_it_is_not() {
    let files = [
        ("main.rs", "mod a; mod b; mod c; mod d; use a::f; fn main() { f() }"),
        ("a.rs", "pub fn f() { crate::b::f() }"),
        ("b.rs", "pub fn f() { crate::c::f(); crate::d::f() }"),
        ("c.rs", "pub fn f() { crate::a::f() }"),
        ("d.rs", "pub fn f() {}"),
    ];
    assert_eq!(
        found(&files),
        ["crates/shop/src: a circle of 3 files\n  a.rs -> b.rs: f\n  b.rs -> c.rs: f\n  c.rs -> a.rs: f"]
    );
}

#[test]
fn two_circles_are_two_findings() {
    let to = |module: &str| format!("pub fn f() {{ crate::{module}::f() }}");
    let (a, b, c, d) = (to("b"), to("a"), to("d"), to("c"));
    let files =
        [("lib.rs", "mod a; mod b; mod c; mod d;"), ("a.rs", &a), ("b.rs", &b), ("c.rs", &c), ("d.rs", &d)];
    assert_eq!(found(&files).len(), 2);
}

#[test]
fn the_same_name_in_two_modules_is_two_names() {
    let files = [
        ("lib.rs", "mod coupon; mod order; mod show;"),
        ("coupon.rs", "pub struct View;\npub fn view() -> View { crate::show::show(View) }"),
        ("order.rs", "pub struct View;\npub fn view() -> View { View }"),
        ("show.rs", "use crate::order::{self, View};\npub fn show(view: View) { order::view(); }"),
    ];
    assert_eq!(found(&files), [""; 0]);
}

#[test]
fn a_module_and_a_function_may_share_a_name() {
    let files = |last: &str| {
        [
            ("lib.rs", "pub mod desk;".to_owned()),
            ("desk/mod.rs", "pub mod count; pub fn count() { count::one(); }".to_owned()),
            ("desk/count.rs", format!("use crate::desk; pub fn one() {{}} pub fn two() {{ {last} }}")),
        ]
    };
    for (last, circles) in [("desk::count::one()", 0), ("desk::count()", 1), ("super::count::one()", 0)] {
        let files = files(last);
        let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        assert_eq!(found(&files).len(), circles, "{last}");
    }
}

#[test]
fn a_function_may_be_handed_on_under_the_name_of_its_module() {
    let files = [
        ("lib.rs", "mod a; mod b;"),
        ("a/mod.rs", "mod cover;\npub use cover::cover;"),
        ("a/cover.rs", "pub fn cover() { crate::b::f() }"),
        ("b.rs", "use crate::a::cover;\npub fn f() { cover() }"),
    ];
    assert_eq!(
        found(&files),
        ["crates/shop/src: a circle of 2 files\n  a/cover.rs -> b.rs: f\n  b.rs -> a/cover.rs: cover"]
    );
}

#[test]
fn what_a_macro_declares_is_found_where_it_is_called() {
    for (made, used) in [
        (
            "macro_rules! ids { ($($n:ident),+) => { $(pub struct $n;)+ } }\nids! { OrderId, ShopId }",
            "ShopId",
        ),
        ("macro_rules! table { () => { pub struct Rows; } }\ntable! {}", "Rows"),
    ] {
        let (a, b) = (format!("{made}\nuse crate::b::B;"), format!("pub struct B(crate::{used});"));
        let files = [("lib.rs", "mod a; mod b; pub use a::*;"), ("a.rs", a.as_str()), ("b.rs", b.as_str())];
        let expected =
            format!("crates/shop/src: a circle of 2 files\n  a.rs -> b.rs: B\n  b.rs -> a.rs: {used}");
        assert_eq!(found(&files), [expected]);
    }
}

#[test]
fn a_macro_is_seen_by_the_modules_inside() {
    let files = [
        ("lib.rs", "macro_rules! say { () => {} }\nmod a;\nfn g() { a::f() }"),
        ("a.rs", "pub fn f() { say!() }"),
    ];
    assert_eq!(
        found(&files),
        ["crates/shop/src: a circle of 2 files\n  a.rs -> lib.rs: say\n  lib.rs -> a.rs: f"]
    );
    let files = [
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "macro_rules! say { () => {} }\npub(crate) use say;\nfn g() { crate::b::f() }"),
        ("b.rs", "use crate::a::say;\npub fn f() { say!() }"),
    ];
    assert_eq!(found(&files).len(), 1);
    let files = [
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "#[macro_export]\nmacro_rules! say { () => { $crate::b::f() } }"),
        ("b.rs", "pub fn f() { crate::say!() }"),
    ];
    assert_eq!(found(&files).len(), 1);
}

#[test]
fn modules_lie_beside_or_inside_their_folder() {
    let files = [
        ("lib.rs", "mod a; mod b { pub mod c; }"),
        ("a.rs", "pub mod deep; pub fn f() { crate::b::c::f() }"),
        ("a/deep/mod.rs", "pub fn f() { super::f() }"),
        ("b/c.rs", "pub fn f() { crate::a::deep::f() }"),
    ];
    assert_eq!(found(&files).len(), 1);
}

#[test]
fn crates_are_not_mixed() {
    let mut both =
        tree("shop", &[("lib.rs", "mod a; mod b;"), ("a.rs", "use crate::b::B;"), ("b.rs", "pub struct B;")]);
    let other =
        tree("till", &[("lib.rs", "mod a; mod b;"), ("a.rs", "pub struct A;"), ("b.rs", "use crate::a::A;")]);
    both.files.extend(other.files);
    assert_eq!(check(&both).expect("both read"), [""; 0]);
}

#[test]
fn what_cannot_be_read_is_no_all_clear() {
    let no_sources: [(&str, &str); 0] = [];
    for (files, message) in [
        (&[("lib.rs", "mod gone;")][..], "crates/shop/src/gone/mod.rs is not there"),
        (&[("lib.rs", "fn {")][..], "reading crates/shop/src/lib.rs"),
        (&no_sources[..], "crates/shop/src has no lib.rs and no main.rs"),
    ] {
        let error = check(&tree("shop", files)).expect_err("it cannot run");
        assert_eq!(error.to_string(), message);
    }
}

/// The list of kinds declares their folders: what stands there is read all the same.
#[test]
fn a_macro_may_declare_modules() {
    let files = [
        ("lib.rs", "macro_rules! kinds { () => { pub mod kind; } } kinds!(); pub mod desk;"),
        ("kind/mod.rs", "pub mod react;"),
        ("kind/react.rs", "pub struct Kind; use crate::desk::Desk;"),
        ("desk.rs", "pub struct Desk; use crate::kind::react::Kind;"),
    ];
    assert_eq!(found(&files).len(), 1);
}
