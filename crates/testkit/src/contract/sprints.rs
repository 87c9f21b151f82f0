//! Who has reached a tier of a sprint, in the order in which prizes go, and the sprint's timer.

use super::{Answer, page, write};
use crate::build::{self, at, id};
use domain::{
    Code, CustomerId, ShopId,
    campaign::sprint::{Answered, Closed, Invitation},
    sprint::{Along, Award, Late, LateCode, Member, PlacesKey, Reached, SprintBook},
};
use port::{Change, InvitedAs, Members, Store, Subject, Timer};

fn s1() -> ShopId {
    id("s1")
}

fn reached(tiers: &[(u8, i64)]) -> Member {
    let reached = tiers.iter().map(|(tier, seconds)| Reached { tier: *tier, qualified_at: at(*seconds) });
    Member { enrolled_at: Some(at(0)), reached: reached.collect(), ..Member::default() }
}

fn change(customer: &str, member: Member) -> Change<Member> {
    Change::of((s1(), id("ca-1"), id("w1"), id(customer)), member, None)
}

/// A-S3-3: by the moment, then by the customer, tier by tier; who has not reached it any more is gone, whatever else was
/// reached, and a page goes on behind a place.
pub fn a_s3_3_places_go_by_receipt_then_by_customer(store: &mut dyn Store) {
    write(store, |changes| {
        changes.shops.push(build::shared_shop("s1"));
        let news = [("b", vec![(0, 5), (1, 9)]), ("a", vec![(0, 5)]), ("c", vec![(0, 3)]), ("d", vec![])];
        for (customer, tiers) in news {
            changes.members.push(Change { is_new: true, ..change(customer, reached(&tiers)) });
        }
        let other = (s1(), id("ca-1"), id("w2"), id("z"));
        changes.members.push(Change::new(other, reached(&[(0, 1)])));
    });
    let key = |tier, after: Option<(i64, &str)>, limit| PlacesKey {
        shop_id: s1(),
        campaign_id: id("ca-1"),
        wave_id: id("w1"),
        tier,
        along: Along::Rank,
        after: after.map(|(seconds, customer)| (at(seconds), id(customer))),
        skip: 0,
        limit,
    };
    let places = |store: &dyn Store, key: PlacesKey| {
        let found = store.reader().sprint_places(&key).answer();
        found.into_iter().map(|(_, customer)| customer.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(places(store, key(0, None, 9)), ["c", "a", "b"]);
    assert_eq!(places(store, key(0, None, 2)), ["c", "a"]);
    assert_eq!(places(store, key(0, Some((5, "a")), 9)), ["b"]);
    assert_eq!(places(store, key(1, None, 9)), ["b"]);
    assert_eq!(places(store, PlacesKey { skip: 1, ..key(0, None, 1) }), ["a"]);
    assert_eq!(places(store, PlacesKey { skip: 3, ..key(0, None, 1) }), [""; 0]);
    let along = |along, after: Option<(i64, &str)>| PlacesKey { along, ..key(0, after, 9) };
    assert_eq!(places(store, along(Along::Ids, None)), ["a", "b", "c"]);
    assert_eq!(places(store, along(Along::Ids, Some((9, "a")))), ["b", "c"]);
    assert_eq!(places(store, along(Along::Enrolled, None)), ["a", "b", "c", "d"]);
    assert_eq!(places(store, along(Along::Enrolled, Some((0, "b")))), ["c", "d"]);
    write(store, |changes| {
        changes.members.push(change("b", reached(&[(1, 2)])));
        changes.members.push(change("c", reached(&[(0, 7)])));
        changes
            .members
            .push(change("d", Member { awards: vec![Award::won(0, at(4))], ..reached(&[(0, 6)]) }));
    });
    assert_eq!(places(store, key(0, None, 9)), ["a", "d", "c"]);
    assert_eq!(places(store, key(1, None, 9)), ["b"]);
}

/// Members of a wave by their ids; those of whom something waits for a decision.
pub fn members_of_a_wave(store: &mut dyn Store) {
    let late =
        Late { tier: 0, code: LateCode::LateQualified, qualified_at: None, heard_at: at(1), decided: None };
    write(store, |changes| {
        changes.shops.push(build::shared_shop("s1"));
        for customer in ["a", "b", "c"] {
            let late = if customer == "b" { vec![late.clone()] } else { Vec::new() };
            let member = Member { late, ..reached(&[]) };
            changes.members.push(Change { is_new: true, ..change(customer, member) });
        }
    });
    let listed = |store: &dyn Store, which, after, limit| {
        let part = (&id("ca-1"), &id("w1"));
        let rows: Vec<(CustomerId, Member)> =
            store.reader().sprint_members(&s1(), part, which, &page(after, limit)).answer();
        rows.into_iter().map(|(customer, _)| customer.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(listed(store, Members::All, None, 2), ["a", "b"]);
    assert_eq!(listed(store, Members::All, Some("b"), 2), ["c"]);
    assert_eq!(listed(store, Members::Late, None, 9), ["b"]);
    write(store, |changes| changes.members.push(change("b", reached(&[]))));
    assert_eq!(listed(store, Members::Late, None, 9), [""; 0]);
}

/// Who is invited to a sprint is listed by how far they are, over shops; its timer is when it is looked at next.
pub fn a_s3_13_invitations_by_how_far_they_are(store: &mut dyn Store) {
    let plan = build::plan("ca-1");
    let of = |shop: &str, standing: Answered, closed: Option<Closed>| {
        let row = Invitation { standing, closed, ..Invitation::of(&plan, at(0)) };
        Change::of((id::<ShopId>(shop), id("ca-1")), row, None)
    };
    let closed = Closed { at: at(1), code: Some(Code::PrizeMissing) };
    write(store, |changes| {
        changes.shops.extend(["s1", "s2", "s3", "s4"].map(build::shared_shop));
        changes.plans.push(Change::new((ShopId::platform(), id("ca-1")), plan.clone()));
        changes.invitations.push(of("s1", Answered::Invited, None));
        changes.invitations.push(of("s2", Answered::Accepted, None));
        changes.invitations.push(of("s3", Answered::Accepted, Some(closed)));
        changes.invitations.push(of("s4", Answered::Invited, None));
    });
    let reader = store.reader();
    let like = |like: InvitedAs, after: Option<&str>, limit: usize| -> Vec<String> {
        let found = reader.invited_shops(&id("ca-1"), like, &page(after, limit)).answer();
        found.iter().map(|(shop, _)| shop.to_string()).collect()
    };
    assert_eq!(like(InvitedAs::Invited, None, 9), ["s1", "s4"]);
    assert_eq!(like(InvitedAs::Invited, Some("s1"), 9), ["s4"]);
    assert_eq!(like(InvitedAs::Invited, None, 1), ["s1"]);
    assert_eq!(
        (like(InvitedAs::Accepted, None, 9), like(InvitedAs::Closed, None, 9)),
        (vec!["s2".into()], vec!["s3".into()])
    );
    let counts = InvitedAs::ALL.map(|like| reader.count_invited(&id("ca-1"), like).answer());
    assert_eq!(counts, [2, 1, 0, 1]);
    assert_eq!(reader.sprint_plan(&id("ca-1")).answer(), Some(plan.clone()));
    assert_eq!(reader.sprint_plans(&page(None, 9)).answer(), std::slice::from_ref(&plan));
    assert_eq!(reader.sprint_plans(&page(Some("ca-1"), 9)).answer(), []);
    assert_eq!(reader.sprint_invitations(&id("s1"), &page(None, 9)).answer().len(), 1);
    let due = store.next_due().answer();
    assert_eq!(due, Invitation::of(&plan, at(0)).wake_at);
}

/// A sprint's timer is when it is drawn next.
pub fn timers_of_sprints(store: &mut dyn Store) {
    write(store, |changes| changes.shops.push(build::shared_shop("s1")));
    for (from, to) in [(None, Some(10)), (Some(10), Some(10)), (Some(10), Some(5)), (Some(5), None)] {
        let book = SprintBook { wake_at: to.map(at), ..SprintBook::default() };
        let change = Change::of((s1(), id("ca-1")), book, from.map(at));
        write(store, |changes| changes.sprints.push(change));
        let subject = || Subject::Sprint(id("ca-1"));
        let timer = |seconds| Timer { due_at: at(seconds), shop_id: s1(), subject: subject() };
        let expected: Vec<Timer> = to.map(timer).into_iter().collect();
        assert_eq!(store.due_timers(at(1_000), 10).answer(), expected);
        assert_eq!(store.next_due().answer(), to.map(at));
    }
}
