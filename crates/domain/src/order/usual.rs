//! What most orders have is left out of their documents.

/// Whether a field says what it says of most orders.
pub fn is_usual<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
