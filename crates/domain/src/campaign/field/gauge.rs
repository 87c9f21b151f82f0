//! The limits of a form's fields, held against what was filled in.

use super::path::Path;
use super::types::{Fault, Field, Type};
use crate::Violation;
use money::Money;

/// Something that was filled in: its fields, and what stands in those that have limits.
pub trait Filled {
    /// Its fields.
    const FIELDS: &'static [Field];
    /// Shows what stands in every field that has limits; `tests/forms.rs` finds one that is left out.
    fn show(&self, gauge: &mut Gauge<'_>);
    /// Appends every value that lies outside its limits. `at` leads to the whole; its fields' names stand alone
    /// where it is empty.
    fn check_limits(&self, at: &str, found: &mut Vec<Violation>) {
        self.show(&mut Gauge { fields: Self::FIELDS, path: Path::Root(at), found });
    }
}

/// Compares values with the limits of the fields of one object.
#[derive(Debug)]
pub struct Gauge<'a> {
    fields: &'static [Field],
    path: Path<'a>,
    found: &'a mut Vec<Violation>,
}

impl Gauge<'_> {
    /// Looks at a whole number.
    pub fn whole(&mut self, name: &str, number: impl Into<i128>) {
        if let Some(Type::Whole(limits)) = self.of(name) {
            note(self.found, &Path::Field(&self.path, name), limits.fault(number.into()));
        }
    }
    /// Looks at a whole number, where there is one.
    pub fn wholes(&mut self, name: &str, number: Option<impl Into<i128>>) {
        if let Some(number) = number {
            self.whole(name, number);
        }
    }
    /// Looks at a text.
    pub fn text(&mut self, name: &str, text: &str) {
        if let Some(Type::Text(limits)) = self.of(name) {
            note(self.found, &Path::Field(&self.path, name), limits.fault(text));
        }
    }
    /// Looks at an amount, where there is one.
    pub fn money(&mut self, name: &str, amount: impl Into<Option<Money>>) {
        if let (Some(Type::Money(limits)), Some(amount)) = (self.of(name), amount.into()) {
            note(self.found, &Path::Field(&self.path, name), limits.fault(amount.minor().into()));
        }
    }
    /// Looks at how many there are of something.
    pub fn length(&mut self, name: &str, length: usize) {
        if let Some(Type::List(limits)) = self.of(name) {
            note(self.found, &Path::Field(&self.path, name), limits.fault(name, length));
        }
    }
    /// Looks at a list of texts; at none of one that is too long.
    pub fn texts(&mut self, name: &str, texts: &[String]) {
        let Some(Type::List(list)) = self.of(name) else { return };
        let path = Path::Field(&self.path, name);
        if let Some(fault) = list.fault(name, texts.len()) {
            return note(self.found, &path, Some(fault));
        }
        let Type::Text(limits) = list.of else { return };
        for (index, text) in texts.iter().enumerate() {
            note(self.found, &Path::Item(&path, index), limits.fault(text));
        }
    }
    /// Looks at an object.
    pub fn object<T: Filled>(&mut self, name: &str, object: &T) {
        let path = Path::Field(&self.path, name);
        object.show(&mut Gauge { fields: T::FIELDS, path, found: self.found });
    }
    /// Looks at a list of objects; at none of one that is too long.
    pub fn objects<T: Filled>(&mut self, name: &str, objects: &[T]) {
        let Some(Type::List(list)) = self.of(name) else { return };
        let path = Path::Field(&self.path, name);
        if let Some(fault) = list.fault(name, objects.len()) {
            return note(self.found, &path, Some(fault));
        }
        for (index, object) in objects.iter().enumerate() {
            let path = Path::Item(&path, index);
            object.show(&mut Gauge { fields: T::FIELDS, path, found: self.found });
        }
    }

    /// What a field may hold; `None` where the form has no such field.
    fn of(&self, name: &str) -> Option<&'static Type> {
        self.fields.iter().find(|field| field.name == name).map(|field| &field.of)
    }
}

fn note(found: &mut Vec<Violation>, path: &Path<'_>, fault: Option<Fault>) {
    if let Some((code, message)) = fault {
        found.push(Violation::with(path.to_string(), code, message));
    }
}
