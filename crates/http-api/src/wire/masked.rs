//! A text that names somebody, as a page for everybody may show it.
//!
//! Always holds: at most its first letter is shown, and never more than a third of it. Whatever an id is made of (a
//! telephone number, a name, a name at a provider), nobody is found by it.

/// The first letter of three or more, and three stars, however long it is.
pub fn masked(text: &str) -> String {
    let first = text.chars().next().filter(|_| text.chars().nth(2).is_some());
    first.into_iter().chain(['*', '*', '*']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A-S2-17: a winner is listed so that they know themselves, and nobody else does.
    #[test]
    fn a_s2_17_at_most_a_letter_and_a_third_is_shown() {
        for (text, shown) in [
            ("13800138000", "1***"),
            ("customer-of-o1", "c***"),
            ("李", "***"),
            ("李四", "***"),
            ("欧阳娜", "欧***"),
            ("u1", "***"),
            ("", "***"),
        ] {
            assert_eq!(masked(text), shown);
        }
        for count in 0..40 {
            let text: String = ('a'..='z').cycle().take(count).collect();
            let told = masked(&text).trim_end_matches('*').chars().count();
            assert!(told <= 1 && told * 3 <= count, "{count}: {told}");
        }
    }
}
