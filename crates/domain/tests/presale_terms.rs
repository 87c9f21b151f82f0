//! What a merchant may fill in for a presale, and what a line then costs.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;
use domain::Code;
use domain::campaign::KindTerms;
use domain::campaign::presale::GainKind::{Expansion, None as Nothing, Reduction};
use domain::campaign::presale::{Gain, Item, LinePrice, PresaleType, Terms, price};
use given::presale::*;
use given::{at, cases, fen, id};
use proptest::prelude::*;

fn found(terms: &Terms) -> Vec<(String, Code)> {
    let campaign = presale(terms.clone());
    let violations = campaign.versions[0].violations(&given::shop(), at("09T00:00:00"));
    violations.into_iter().map(|v| (v.field, v.code)).collect()
}
fn of_item(item: Item) -> Vec<(String, Code)> {
    found(&presale_terms(vec![item]))
}
fn is(field: &str, code: Code) -> Vec<(String, Code)> {
    vec![(field.to_owned(), code)]
}

/// T17, T18, T19 (S1-R17 to S1-R20, A-S1-1): the three examples of the source.
#[test]
fn s1_r17_to_r20_t17_t18_t19_threshold_bases() {
    for (gain, worth) in [(reduction(20_00), 20_00), (expansion("3"), 20_00), (Gain::default(), 0)] {
        let line = price::line(&item("s0", 100_00, 10_00, gain), 1).unwrap();
        let expected = LinePrice {
            price: fen(100_00),
            deposit: fen(10_00),
            gain: fen(worth),
            balance: fen(90_00 - worth),
            threshold_base: fen(100_00 - worth),
        };
        assert_eq!(line, expected);
    }
}

/// A-S1-2: the worth of an expansion is rounded half up for one unit, then times the quantity.
#[test]
fn a_s1_2_expansion_rounds_a_unit_and_then_multiplies() {
    for (deposit, factor, quantity, gain) in
        [(3_33, "1.5", 1, 1_67), (3_33, "1.5", 3, 5_01), (1, "1.4", 10, 0), (1, "1.5", 10, 10)]
    {
        let line = price::line(&item("s0", 100_00, deposit, expansion(factor)), quantity).unwrap();
        assert_eq!(line.gain, fen(gain), "{deposit} x {factor}, {quantity} units");
    }
    let huge = item("s0", i64::MAX / 2, 1, Gain::default());
    assert_eq!(price::line(&huge, 3), None);
}

/// A-S1-4: above nothing and at most 20 % of the price, to the fen; under 10 yuan is a warning.
#[test]
fn a_s1_4_bounds_of_a_deposit() {
    for (price, deposit, fault) in [
        (100_00, 20_00, None),
        (100_00, 20_01, Some(Code::RatioTooHigh)),
        (100_00, 1, None),
        (100_00, 0, Some(Code::OutOfRange)),
        (100_00, -1, Some(Code::OutOfRange)),
        (99_99, 19_99, None),
        (99_99, 20_00, Some(Code::RatioTooHigh)),
    ] {
        let expected = fault.map_or(Vec::new(), |code| is("terms.items[0].deposit", code));
        assert_eq!(of_item(item("s0", price, deposit, Gain::default())), expected, "{deposit} of {price}");
    }
    let mut wider = presale_terms(vec![item("s0", 100_00, 30_00, Gain::default())]);
    wider.deposit_max_percent = 30;
    assert_eq!(found(&wider), []);
    let small = |deposit| {
        presale_terms(vec![item("s0", 100_00, deposit, Gain::default())]).slips(money::Currency::CNY)
    };
    assert_eq!(small(10_00), []);
    assert_eq!(small(9_99)[0].code, Code::SmallDeposit);
}

/// A-S1-2, A-S1-3: one kind of gain, with its own figure, inside its bounds; tiers know no expansion.
#[test]
fn a_s1_3_one_gain_and_its_bounds() {
    let gain = |kind, multiplier: Option<&str>, amount: Option<i64>| Gain {
        kind,
        multiplier: multiplier.and_then(domain::campaign::presale::Multiplier::read),
        amount: amount.map(fen),
    };
    let (field, code) = ("terms.items[0].gain.", Code::OutOfRange);
    for (gain, expected) in [
        (gain(Expansion, Some("10"), None), None),
        (gain(Expansion, Some("10.001"), None), Some(("multiplier", code))),
        (gain(Expansion, Some("1"), None), Some(("multiplier", code))),
        (gain(Expansion, Some("1.01"), None), None),
        (gain(Expansion, None, None), Some(("multiplier", Code::Required))),
        (gain(Expansion, Some("2"), Some(5)), Some(("amount", Code::InvalidValue))),
        (gain(Reduction, None, Some(89_99)), None),
        (gain(Reduction, None, Some(90_00)), Some(("amount", code))),
        (gain(Reduction, None, Some(0)), Some(("amount", code))),
        (gain(Reduction, None, None), Some(("amount", Code::Required))),
        (gain(Reduction, Some("2"), Some(5)), Some(("multiplier", Code::InvalidValue))),
        (gain(Nothing, Some("2"), None), Some(("multiplier", Code::InvalidValue))),
    ] {
        let expected = expected.map_or(Vec::new(), |(name, code)| is(&format!("{field}{name}"), code));
        assert_eq!(of_item(item("s0", 100_00, 10_00, gain.clone())), expected, "{gain:?}");
    }
    let mut tiers = presale_terms(vec![item("s0", 100_00, 10_00, expansion("2"))]);
    tiers.presale_type = PresaleType::ThreeTier;
    assert_eq!(found(&tiers), is("terms.items[0].gain.kind", Code::InvalidValue));
}

/// T25 (S1-R04, S1-R05, A-S1-8): on by default where it may be, refused where it is asked for and may
/// not, never switched off in silence.
#[test]
fn s1_r05_a_s1_8_t25_main_process() {
    for (kind, may) in PresaleType::MAIN_PROCESS {
        let mut terms = presale_terms(vec![item("s0", 100_00, 10_00, Gain::default())]);
        terms.presale_type = *kind;
        assert_eq!(terms.joins_main_process(), *may, "{kind:?}");
        assert_eq!(found(&terms), [], "{kind:?}");
        assert_eq!(terms.to_json()["main_process"], *may);
        terms.main_process = Some(true);
        let expected =
            if *may { Vec::new() } else { is("terms.main_process", Code::MainProcessNotSupported) };
        assert_eq!(found(&terms), expected, "{kind:?}");
        terms.main_process = Some(false);
        assert_eq!((found(&terms), terms.joins_main_process()), (Vec::new(), false), "{kind:?}");
    }
    let abroad = Item { global_buy: true, ..item("s0", 100_00, 10_00, Gain::default()) };
    let mut terms = presale_terms(vec![abroad]);
    assert_eq!((found(&terms), terms.joins_main_process()), (Vec::new(), false));
    terms.main_process = Some(true);
    assert_eq!(found(&terms), is("terms.items[0].global_buy", Code::MainProcessNotSupported));
}

/// A-G-3, A-S1-22: windows end after they start, lie in the campaign, and balances do not open before
/// deposits do.
#[test]
fn a_s1_22_windows() {
    let of = |deposit: (&str, &str), balance: (&str, &str), ship: &str| {
        let mut terms = presale_terms(vec![item("s0", 100_00, 10_00, Gain::default())]);
        terms.deposit_window = window(deposit.0, deposit.1);
        terms.balance_window = window(balance.0, balance.1);
        terms.ship_at = at(ship);
        found(&terms)
    };
    let (from, to) = ("10T00:00:00", "30T00:00:00");
    assert_eq!(of((from, to), (from, to), to), [], "they may overlap");
    let code = Code::OutOfRange;
    assert_eq!(of((to, to), (to, to), to).len(), 3);
    let outside = of((from, to), (from, "30T00:00:01"), to);
    assert_eq!(outside, is("terms.balance_window", code));
    assert_eq!(of(("09T23:59:59", to), (from, to), to), is("terms.deposit_window", code));
    let early = of(("11T00:00:00", to), (from, to), to);
    assert_eq!(early, is("terms.balance_window.starts_at", code));
    assert_eq!(of((from, to), (from, to), from), is("terms.ship_at", code));
}

/// Every SKU once, at most 20,000 of them.
#[test]
fn a_s0_23_a_presale_holds_20000_skus_and_no_more() {
    let of = |count: usize| {
        let items = (0..count).map(|n| item(&format!("s{n}"), 100_00, 10_00, Gain::default()));
        found(&presale_terms(items.collect()))
    };
    assert_eq!(of(20_000), []);
    assert_eq!(of(20_001), is("terms.items", Code::OutOfRange));
    assert_eq!(of(0), is("terms.items", Code::OutOfRange));
    let twice = presale_terms(vec![item("s0", 100_00, 10_00, Gain::default()); 2]);
    assert_eq!(found(&twice), is("terms.items[1].sku", Code::Duplicate));
}

/// The wire form of the API, and back.
#[test]
fn the_terms_read_and_write_the_api() {
    let wire = serde_json::json!({
        "presale_type": "normal",
        "items": [{ "sku": "s0", "presale_price": 10000, "deposit": 1000, "gain": { "kind": "expansion", "multiplier": "3" } }],
        "deposit_window": { "starts_at": "2022-06-10T10:00:00+08:00", "ends_at": "2022-06-20T00:00:00+08:00" },
        "balance_window": { "starts_at": "2022-06-20T20:00:00+08:00", "ends_at": "2022-06-24T00:00:00+08:00" },
        "ship_at": "2022-06-30T00:00:00+08:00", "sms": true,
        "gifts": [{ "sku": "g", "quantity": 1, "first_n": 100 }],
    });
    let terms: Terms = serde_json::from_value(wire.clone()).unwrap();
    assert_eq!(terms.item(&id("s0")).unwrap().gain, expansion("3"));
    assert_eq!(serde_json::from_value::<Terms>(serde_json::to_value(&terms).unwrap()).unwrap(), terms);
    let mut unknown = wire;
    unknown["colour"] = "red".into();
    assert!(serde_json::from_value::<Terms>(unknown).is_err());
}

proptest! {
    #![proptest_config(cases(512))]

    /// A-S1-1: deposit + balance = base = price - gain, nothing negative, for every sound item.
    #[test]
    fn a_s1_1_deposit_and_balance_make_the_base(
        price in 5_i64..1_000_000, share in 1_i64..=100, gain in 0_u8..3, figure in 1_i64..1_000,
        quantity in 1_u64..1_000,
    ) {
        let deposit = (price * 20 / 100 * share / 100).max(1);
        let room = price - deposit;
        let gain = match gain {
            0 => Gain::default(),
            1 => expansion(&format!("{}.{:03}", 1 + figure % 4, figure)),
            _ => reduction((room - 1).min(figure).max(1)),
        };
        let item = item("s0", price, deposit, gain);
        let line = price::line(&item, quantity).unwrap();
        prop_assert_eq!(line.deposit + line.balance, line.threshold_base);
        prop_assert_eq!(line.price - line.gain, line.threshold_base);
        prop_assert!(!line.balance.is_negative() && !line.gain.is_negative() && line.deposit.is_positive());
        let unit = price::line(&item, 1).unwrap();
        prop_assert_eq!(line.gain, unit.gain.checked_mul(i64::try_from(quantity).unwrap()).unwrap());
    }
}
