//! What a newer file makes up for, and what it does not (A-S4-25).

use super::*;

fn ids(orders: &[FileOrder]) -> Vec<&str> {
    orders.iter().map(|it| it.order.order_id.as_str()).collect()
}

/// A-S4-25: what an older file could not say of an order a newer one says, as when they are taken in one by one.
#[test]
fn a_s4_25_a_newer_file_makes_up_for_a_row_of_an_older_one() {
    let whole = rows()[..2].concat();
    for (from, to) in [
        ("101,11,u1,2023-06-01 08:01:00", "101,11,u1,soon"),
        ("tea,1,3.00", "tea,1,dear"),
        ("101,11,u1", "101,x,11,u1"),
        ("101,11,u1", "101,11,.."),
        ("101,12,u1", "101,12,u7"),
    ] {
        assert!(whole.contains(from), "{from}");
        let torn = inside(1, &whole.replacen(from, to, 1));
        let newer = inside(3, &whole);
        let (orders, read) = read_as(MAPPING, &[("b.csv", &torn), ("a.csv", &newer)]);
        assert_eq!(first_of(&orders), ONE, "{to}");
        assert_eq!((read.bad_rows, read.orders_left_out, read.rows.repeated), (1, 0, 1), "{to}");
        assert_eq!(read.details[0].order.as_deref(), Some("101"), "{to}");
        assert!(read.gaps.is_empty() && !read.is_whole(), "the row is told, and nothing is missing: {to}");
        // The older file knows nothing that the newer one could not say better.
        let (orders, read) = read_as(MAPPING, &[("a.csv", &newer), ("b.csv", &torn)]);
        assert!(!ids(&orders).contains(&"101") && !read.gaps.is_empty(), "{to}");
        let made = "[download]\nas_of = { \"a*\" = \"2023-06-02T00:00:00Z\", \"b*\" = \"2023-06-01T00:00:00Z\" }\n\n[line]";
        let (orders, _) = read_as(&MAPPING.replace("[line]", made), &[("a.csv", &newer), ("b.csv", &torn)]);
        assert_eq!(first_of(&orders), ONE, "by when they were made: {to}");
        let (orders, read) =
            read_as(MAPPING, &[("a.csv", &torn), ("b.csv", &newer), ("c.csv", &inside(5, &torn))]);
        assert!(!ids(&orders).contains(&"101") && read.orders_left_out > 0, "{to}");
    }
}

/// A-S4-25: the newer file may hold a piece of an order that was cut apart: nobody gets the gift of a part.
#[test]
fn a_s4_25_a_piece_of_an_order_makes_up_for_nothing() {
    let [first, second] = [rows()[0].clone(), rows()[1].clone()];
    let torn = first.replace("3.00", "dear");
    let filler = |number: u32| row(&format!("9{number}"), "9", "u9", 9, "tea", "1.00");
    for (older, newer, is_used) in [
        ([filler(1), torn.clone()].concat(), [second.clone(), filler(2)].concat(), false),
        ([torn.clone(), filler(1)].concat(), [filler(2), second.clone()].concat(), false),
        // At the same end of both: the same order, downloaded again.
        ([torn.clone(), filler(1)].concat(), [first.clone(), filler(2)].concat(), true),
        ([torn.clone(), second.clone(), filler(1)].concat(), [first.clone(), filler(2)].concat(), false),
        (
            [torn.clone(), second.clone(), filler(1)].concat(),
            [first.clone(), second.clone(), filler(2)].concat(),
            true,
        ),
        // Orders stand anywhere: who knows where the other row is.
        ([torn.clone(), filler(1)].concat(), [filler(2), second.clone(), filler(2)].concat(), false),
    ] {
        let (orders, read) = read_as(MAPPING, &[("a.csv", &older), ("b.csv", &newer)]);
        assert_eq!(ids(&orders).contains(&"101"), is_used, "{older}{newer}");
        assert_eq!(
            (read.orders_left_out, read.gaps.is_empty()),
            (u64::from(!is_used), is_used),
            "{older}{newer}"
        );
    }
}

/// A-S4-25: a third file that can be read is put together with the newer one as ever.
#[test]
fn a_s4_25_what_a_third_file_has_is_not_lost_with_an_older_one() {
    let [tea, cup] = [rows()[0].clone(), rows()[1].clone()];
    let torn = inside(1, &tea.replace("3.00", "dear"));
    let (orders, read) = read_as(
        MAPPING,
        &[
            ("a.csv", &format!("{}{cup}", rows()[4])),
            ("b.csv", &torn),
            ("c.csv", &format!("{tea}{}", rows()[2])),
        ],
    );
    assert_eq!(
        (orders[0].order.lines.len(), read.bad_rows, read.gaps.is_empty()),
        (2, 1, true),
        "{}",
        told(&orders)
    );
}
