//! Where a value stands: `terms.tiers[0].save`. Written out only where something is wrong.

use std::fmt;

/// A way from the outside in; it lies on the stack of who walks it.
#[derive(Debug, Clone, Copy)]
pub enum Path<'a> {
    /// Where the walk begins; nothing where the fields' names stand alone.
    Root(&'a str),
    /// A field of an object.
    Field(&'a Path<'a>, &'a str),
    /// A place in a list.
    Item(&'a Path<'a>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Root(name) | Path::Field(Path::Root(""), name) => f.write_str(name),
            Path::Field(object, name) => write!(f, "{object}.{name}"),
            Path::Item(list, index) => write!(f, "{list}[{index}]"),
        }
    }
}
