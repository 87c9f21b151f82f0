//! Who may run a campaign, on which goods, and what publishing checks.
#![allow(clippy::unwrap_used, reason = "tests")]
#![allow(clippy::inconsistent_digit_grouping, reason = "fen stand apart from yuan")]

mod given;

use domain::campaign::recovery::{Terms, terms_allow_baitiao};
use domain::campaign::{Campaign, Version};
use domain::catalog::{Scope, ScopeMode};
use domain::shop::{Shop, ShopKind};
use domain::{Code, Instant, Sku};
use given::{at, by, id, shop, terms, version};
use std::sync::Arc;

/// The version's violations of one field.
fn found(version: &Version, shop: &Shop, now: Instant, field: &str) -> Vec<Code> {
    let all = version.violations(shop, now).into_iter();
    all.filter(|v| v.field == field).map(|v| v.code).collect()
}

fn starting(starts_at: Instant) -> Version {
    Version { starts_at, ends_at: starts_at.plus_hours(24), ..version(terms()) }
}

/// T16, S0-R20, S0-R21: SOP, FBP and FCS shops may; every other kind may not.
#[test]
fn t16_s0_r20_s0_r21_shop_kinds() {
    for (kind, fine) in [
        (ShopKind::Sop, true),
        (ShopKind::Fbp, true),
        (ShopKind::Fcs, true),
        (ShopKind::Sopl, false),
        (ShopKind::Lbp, false),
        (ShopKind::SelfOperated, false),
    ] {
        let shop = Shop { kind, ..shop() };
        let codes = found(&starting(at("10T12:00:00")), &shop, at("10T10:00:00"), "shop.kind");
        let expected = if fine { vec![] } else { vec![Code::ShopKindNotSupported] };
        assert_eq!(codes, expected, "{kind:?}");
    }
}

/// S0-R08: a name is for people: no control characters, of the campaign or of the shop.
#[test]
fn s0_r08_names() {
    for (name, fine) in [("六月", true), ("a\0b", false), ("a\nb", false), ("\u{1b}[2J", false)] {
        let expected = if fine { vec![] } else { vec![Code::InvalidValue] };
        let named = Version { name: name.into(), ..starting(at("10T12:00:00")) };
        assert_eq!(found(&named, &shop(), at("10T10:00:00"), "name"), expected, "{name:?}");
        let codes: Vec<Code> =
            Shop { name: name.into(), ..shop() }.violations().iter().map(|v| v.code).collect();
        assert_eq!(codes, expected, "{name:?}");
    }
}

/// S0-R06, S0-R07, A-S0-3: Baitiao comes with creation on 9 June 2022 00:00 or later.
#[test]
fn s0_r06_s0_r07_a_s0_3_baitiao_since() {
    let cut = at("09T00:00:00");
    for (created_at, allowed) in [(by(cut, -1), false), (cut, true), (by(cut, 1), true)] {
        assert_eq!(terms_allow_baitiao(created_at), allowed, "{created_at}");
    }
}

/// S0-R11, S0-R12, A-S0-23: a scope is one of three modes, and its list of picked SKUs has a size.
#[test]
fn s0_r11_s0_r12_a_s0_23_scope_of_a_version() {
    let of = |mode, count: usize| {
        let skus = (0..count).map(|n| id::<Sku>(&format!("s{n}"))).collect();
        let scope = Scope { mode, skus: Arc::new(skus), ..Scope::default() };
        let version = Version { scope, ..starting(at("10T12:00:00")) };
        found(&version, &shop(), at("10T10:00:00"), "scope.skus")
    };
    for (mode, count, expected) in [
        (ScopeMode::All, 0, &[][..]),
        (ScopeMode::All, 1, &[Code::InvalidValue]),
        (ScopeMode::Whitelist, 0, &[Code::InvalidValue]),
        (ScopeMode::Whitelist, 20_000, &[]),
        (ScopeMode::Whitelist, 20_001, &[Code::TooMany]),
        (ScopeMode::Blacklist, 0, &[]),
    ] {
        assert_eq!(of(mode, count), expected, "{mode:?} {count}");
    }
}

/// S0-R08: a name of 1 to 100 characters, in any script.
#[test]
fn s0_r08_name() {
    for (name, expected) in [
        (String::new(), &[Code::Required][..]),
        (" \t ".into(), &[Code::Required]),
        ("六".repeat(100), &[]),
        ("六".repeat(101), &[Code::TooLongText]),
    ] {
        let version = Version { name, ..starting(at("10T12:00:00")) };
        assert_eq!(found(&version, &shop(), at("10T10:00:00"), "name"), expected);
    }
}

/// S0-R02, S0-R09: the merchant publishes alone; the start is measured when that happens, and every
/// violation is named at once.
#[test]
fn s0_r02_s0_r09_publishing() {
    let draft = Campaign {
        published_at: None,
        versions: vec![starting(at("10T12:00:00"))],
        ..given::campaign("june", terms())
    };
    let mut fine = draft.clone();
    assert_eq!(fine.publish(&shop(), at("10T10:00:00")), Ok(()));
    assert_eq!(fine.published_at, Some(at("10T10:00:00")));
    assert_eq!(fine.publish(&shop(), at("10T11:00:00")), Ok(()), "again changes nothing");
    assert_eq!(fine.published_at, Some(at("10T10:00:00")));
    let mut late = draft;
    let refusal = late.publish(&Shop { kind: ShopKind::Lbp, ..shop() }, at("10T10:00:01")).unwrap_err();
    let fields: Vec<&str> = refusal.violations.iter().map(|v| v.field.as_str()).collect();
    assert_eq!((refusal.code, fields), (Code::InvalidTerms, vec!["shop.kind", "starts_at"]));
    assert_eq!(late.published_at, None);
}

/// S0-R14, S0-R19: an operator is told what the campaign can cost, and of a trigger that never comes.
#[test]
fn s0_r14_s0_r19_warnings() {
    let mut shop = shop();
    let say = |shop: &Shop, terms: &Terms| -> Vec<(String, Code)> {
        let found = version(terms.clone()).warnings(shop).into_iter();
        found.map(|v| (v.field, v.code)).collect()
    };
    let cost = ("terms.quantity".to_owned(), Code::WorstCaseCost);
    assert_eq!(say(&shop, &terms()), std::slice::from_ref(&cost));
    shop.payment_timeout_minutes = 15;
    let never = ("terms.trigger_after_minutes".to_owned(), Code::NeverShown);
    assert_eq!(say(&shop, &terms()), [cost, never]);
}
