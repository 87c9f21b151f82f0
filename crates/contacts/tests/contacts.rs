//! Contacts: read, masked, hashed and sealed.
#![allow(clippy::unwrap_used, reason = "tests")]

use contacts::{
    Email, Invalid, KeyFileError, Keys, NONCE_BYTES, OpenId, Owner, Phone, SealError, What, is_private,
};
use proptest::{prelude::*, test_runner::RngSeed};

const LI: Owner<'_> = Owner { shop: "tea", customer: "li" };

/// Keys that differ in their first byte.
fn keys(first: &[u8]) -> Keys {
    Keys::of_file(&file(first)).unwrap()
}

fn file(first: &[u8]) -> Vec<u8> {
    first.iter().flat_map(|first| std::iter::once(*first).chain(1..32)).collect()
}

#[test]
fn numbers_have_one_form_however_they_are_written() {
    let cases = [
        ("13800138000", "+8613800138000"),
        (" 138 0013 8000 ", "+8613800138000"),
        ("138-0013-8000", "+8613800138000"),
        ("１３８００１３８０００", "+8613800138000"),
        ("＋８６　１３８００１３８０００", "+8613800138000"),
        ("8613800138000", "+8613800138000"),
        ("0086 138 0013 8000", "+8613800138000"),
        ("013800138000", "+8613800138000"),
        ("\u{202d}+86 138 0013 8000\u{202c}", "+8613800138000"),
        ("+86 (0) 138—0013—8000", "+8613800138000"),
        ("19912345678", "+8619912345678"),
        ("+852 5123 4567", "+85251234567"),
        ("+886 912 345 678", "+886912345678"),
        ("+1 (415) 555-2671", "+14155552671"),
        ("+44 (0)7911 123456", "+447911123456"),
        ("+49 1512 3456789", "+4915123456789"),
        ("+81 90-1234-5678", "+819012345678"),
    ];
    for (text, e164) in cases {
        assert_eq!(Phone::parse(text).map(|phone| phone.e164().to_owned()), Ok(e164.to_owned()), "{text}");
        assert_eq!(Phone::parse(e164).unwrap().e164(), e164);
    }
}

#[test]
fn what_cannot_be_a_number_is_refused_with_a_code() {
    for text in [
        "",
        " ",
        "+",
        "12345",
        "abc",
        "138001380OO",
        "1380013800a",
        "+86",
        "+0123456789",
        "++8613800138000",
        "+86+13800138000",
        "010-12345678",
        "138\u{661}0013800",
        "+1234567890123456",
        "1380013\u{0}8000",
        "138,00138000",
        &"1".repeat(1_000_000),
    ] {
        assert_eq!(Phone::parse(text), Err(Invalid::Phone), "{text:.20}");
    }
    for text in [
        "12800138000",
        "10086123456",
        "+86 10 1234 5678",
        "+86 1380013800",
        "+852 123",
        "+1 115 555 2671",
        "+81 312345678",
    ] {
        assert!(matches!(Phone::parse(text), Err(Invalid::PhoneOfCountry | Invalid::Phone)), "{text}");
    }
    for text in ["51234567", "4155552671", "85251234567"] {
        assert_ne!(Phone::parse(text).map(|_| ()), Ok(()), "{text}");
    }
    assert_eq!(Phone::parse("51234567"), Err(Invalid::PhoneCountryMissing));
    let codes = [
        Invalid::Phone,
        Invalid::PhoneOfCountry,
        Invalid::PhoneCountryMissing,
        Invalid::OpenId,
        Invalid::Email,
    ];
    let names =
        ["phone_invalid", "phone_not_of_country", "phone_country_missing", "openid_invalid", "email_invalid"];
    assert_eq!(codes.map(Invalid::code), names);
    assert!(codes.iter().all(|invalid| !invalid.zh().is_empty() && !invalid.to_string().is_empty()));
}

/// Trust.md 33: people see whose it may be, and `Debug` shows no more than they do.
#[test]
fn masks_and_debug_show_no_contact() {
    let phone = Phone::parse("13812340000").unwrap();
    assert_eq!((phone.masked().as_str(), phone.mainland()), ("138****0000", Some("13812340000")));
    let abroad = Phone::parse("+85251234567").unwrap();
    assert_eq!((abroad.masked().as_str(), abroad.mainland()), ("+852****567", None));
    let openid = OpenId::parse("oGZUI0egBJY1zhBYw2KhdUfwVJXy").unwrap();
    let email = Email::parse("anna@example.com").unwrap();
    let shown = format!("{phone:?} {abroad:?} {openid:?} {email:?} {:?}", keys(&[7, 9]));
    let ids: Vec<String> = keys(&[7, 9]).all().map(|key| key.id().to_string()).collect();
    let keys = format!("Keys {{ newest: MasterKey({}), older: [MasterKey({})] }}", ids[0], ids[1]);
    assert_eq!(
        shown,
        format!("Phone(138****0000) Phone(+852****567) OpenId(o***Xy) Email(a***@example.com) {keys}")
    );
}

#[test]
fn addresses_by_their_shape() {
    for text in ["a@b.co", "a.b+c@x-y.example.com", "1@xn--fiqs8s.cn", &format!("{}@b.co", "a".repeat(64))] {
        assert_eq!(Email::parse(text).unwrap().as_str(), text);
    }
    for text in [
        "",
        "a",
        "@b.co",
        "a@",
        "a@b",
        "a@b.c",
        "a b@c.de",
        "a@b..co",
        ".a@b.co",
        "a.@b.co",
        "a..b@c.de",
        "a@-b.co",
        "a@b.co\r\nBcc: x@y.zz",
        "a@1.2.3.44",
        "a@b@c.de",
        "é@b.co",
        "a@茶.com",
        &format!("{}@b.co", "a".repeat(65)),
        &format!("a@{}.co", "b".repeat(64)),
    ] {
        assert_eq!(Email::parse(text), Err(Invalid::Email), "{text}");
    }
}

#[test]
fn a_sealed_contact_opens_for_its_customer_only() {
    let keys = keys(&[1]);
    let sealed = keys.seal(LI, What::Phone, "+8613800138000", [5; NONCE_BYTES]).unwrap();
    assert_eq!(keys.open(LI, What::Phone, &sealed).unwrap().as_str(), "+8613800138000");
    assert!(!sealed.windows(4).any(|window| window == b"1380"));
    let others = [
        (Owner { customer: "wang", ..LI }, What::Phone),
        (Owner { shop: "coffee", ..LI }, What::Phone),
        // The same letters, parted elsewhere.
        (Owner { shop: "teal", customer: "i" }, What::Phone),
        (LI, What::Email),
    ];
    for (owner, what) in others {
        assert_eq!(keys.open(owner, what, &sealed), Err(SealError::NotTheirs), "{owner:?} {what:?}");
    }
    assert_eq!(keys.open(LI, What::Phone, &[]), Err(SealError::Unknown));
    assert_eq!(keys.open(LI, What::Phone, &[2; 80]), Err(SealError::Unknown), "another version");
    assert_eq!(keys.open(LI, What::Phone, &sealed[..32]), Err(SealError::Unknown));
    assert_eq!(keys.open(LI, What::Phone, &sealed[..40]), Err(SealError::NotTheirs));
    assert_eq!(keys.seal(LI, What::Email, &"a".repeat(1_025), [5; NONCE_BYTES]), Err(SealError::TooLong));
}

#[test]
fn a_new_key_opens_what_older_ones_sealed() {
    let old = keys(&[1]);
    let sealed = old.seal(LI, What::Email, "a@b.co", [6; NONCE_BYTES]).unwrap();
    let rotated = Keys::file_with(file(&[2]).try_into().unwrap(), &file(&[1])).unwrap();
    let both = Keys::of_file(&rotated).unwrap();
    assert_eq!(both.open(LI, What::Email, &sealed).unwrap().as_str(), "a@b.co");
    assert_eq!((both.is_old(&sealed), old.is_old(&sealed)), (Ok(true), Ok(false)));
    let anew = both.seal(LI, What::Email, "a@b.co", [7; NONCE_BYTES]).unwrap();
    assert_eq!(both.is_old(&anew), Ok(false));
    let (id, wrong) = (old.newest().id(), keys(&[2]));
    let refused = wrong.open(LI, What::Email, &sealed).unwrap_err();
    assert_eq!(refused, SealError::NoKey(id));
    assert_eq!(refused.to_string(), format!("it was sealed with key {id}, which is not in the key file"));
}

#[test]
fn a_key_file_is_read_whole_or_not_at_all() {
    let of = |bytes: &[u8]| Keys::of_file(bytes).map(|keys| keys.all().count());
    assert_eq!((of(&file(&[1])), of(&file(&[1, 2, 3]))), (Ok(1), Ok(3)));
    for size in [0, 1, 31, 33, 63] {
        assert_eq!(of(&vec![1; size]), Err(KeyFileError::Size(size)));
    }
    assert_eq!(of(&[0; 32]), Err(KeyFileError::Weak(1)));
    assert_eq!(of(&file(&[1, 2, 1])), Err(KeyFileError::Twice(3)));
    let many: Vec<u8> = (0..65).collect();
    assert_eq!(of(&file(&many)), Err(KeyFileError::TooMany(65)));
    assert_eq!(Keys::file_with([0; 32], &[]).map(|_| ()), Err(KeyFileError::Weak(1)));
    assert_eq!(Keys::file_with(file(&[1]).try_into().unwrap(), &[]).unwrap().as_slice(), file(&[1]));
    assert!(is_private(0o100_600) && is_private(0o400) && !is_private(0o640) && !is_private(0o604));
}

#[test]
fn a_number_has_one_name_under_each_key() {
    let (one, both) = (keys(&[1]), keys(&[2, 1]));
    let phone = Phone::parse("138 0013 8000").unwrap();
    let same = Phone::parse("+8613800138000").unwrap();
    assert_eq!(one.number_key(&phone), one.number_key(&same));
    assert_ne!(one.number_key(&phone), both.number_key(&phone));
    assert_eq!(both.number_keys(&phone), [both.number_key(&phone), one.number_key(&phone)]);
    let other = Phone::parse("13800138001").unwrap();
    assert_ne!(one.number_key(&phone), one.number_key(&other));
    assert_ne!(
        one.number_key(&phone).0,
        *blake3::hash(phone.e164().as_bytes()).as_bytes(),
        "everybody computes that"
    );
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: RngSeed::Fixed(20_261_130), failure_persistence: None, ..ProptestConfig::with_cases(1_000)
    })]

    #[test]
    fn what_is_sealed_opens_and_nothing_else_does(
        text in ".{0,60}", shop in ".{0,20}", customer in ".{0,20}", nonce in any::<[u8; NONCE_BYTES]>(),
        master in any::<[u8; 32]>(), at in any::<prop::sample::Index>(), bit in 0_u8..8,
    ) {
        prop_assume!(master.iter().any(|byte| *byte != master[0]));
        let keys = Keys::of_file(&master).unwrap();
        let owner = Owner { shop: &shop, customer: &customer };
        let sealed = keys.seal(owner, What::OpenId, &text, nonce).unwrap();
        let opened = keys.open(owner, What::OpenId, &sealed).unwrap();
        prop_assert_eq!(opened.as_str(), text.as_str());
        let mut changed = sealed.clone();
        changed[at.index(sealed.len())] ^= 1 << bit;
        prop_assert!(keys.open(owner, What::OpenId, &changed).is_err(), "one bit");
        prop_assert!(keys.open(owner, What::OpenId, &sealed[..at.index(sealed.len())]).is_err(), "cut off");
    }

    #[test]
    fn whatever_is_read_is_e164_and_reads_as_itself(text in "[+0-9０-９ ()\\-.a\u{202d}]{0,20}") {
        if let Ok(phone) = Phone::parse(&text) {
            let digits = phone.e164().strip_prefix('+').unwrap();
            prop_assert!((7..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()));
            prop_assert_eq!(Phone::parse(phone.e164()), Ok(phone.clone()));
            let hidden = digits.len() - phone.masked().bytes().filter(u8::is_ascii_digit).count();
            prop_assert!(hidden >= 1 && !phone.masked().contains(digits), "{phone:?}");
        }
    }
}
