//! Where a number falls among parts that lie side by side, in their order.

/// The part that holds the number: the first whose sum with all before it lies above. `None` beyond the last.
///
/// ```
/// use draw::walk;
///
/// assert_eq!(walk(0, [1, 20, 300]), Some(0));
/// assert_eq!(walk(20, [1, 20, 300]), Some(1));
/// assert_eq!(walk(0, [0, 5]), Some(1), "an empty part holds nothing");
/// assert_eq!(walk(321, [1, 20, 300]), None);
/// ```
pub fn walk(number: u64, parts: impl IntoIterator<Item = u64>) -> Option<usize> {
    let mut left = number;
    parts.into_iter().position(|part| match left.checked_sub(part) {
        Some(rest) => {
            left = rest;
            false
        }
        None => true,
    })
}
