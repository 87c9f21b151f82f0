//! Refunds and imports whose rows do not fit.

use super::*;

/// A-G-15: a refund that an earlier program parked waits, though its money is there.
#[test]
fn a_g_15_a_refund_that_waits_for_nothing_is_found() {
    let told = |order: &str, minor: i64| {
        let facts = refunding(order, "r9", &amount(minor));
        event("old", domain::event::Body::RefundSucceeded(facts), at(90))
    };
    let wait = |p: &mut planter::Planter, order: &str, minor: i64| {
        let parked = port::Parked { event: told(order, minor), received_at: at(90) };
        let parked = vec![(p.run.shop.clone(), id(order), parked)];
        p.write(&Changes { parked, ..Changes::default() });
    };
    finds("refund_waits", "order refunded", |p| wait(p, "refunded", 1));
    finds("refund_waits", "order undone", |p| wait(p, "undone", 1_00));
    // Its next event takes it.
    let (run, store) = stocked();
    let mut planter = planter::Planter::of(run, store);
    wait(&mut planter, "refunded", 1);
    planter.run.event(&cancelled("refunded", at(95)));
    let more = refunding("refunded", "r10", &amount(2));
    planter.run.apply(&event("next", domain::event::Body::RefundSucceeded(more), at(96)));
    planter.run.assert_clean();
    assert!(planter.run.order("refunded").refunds.iter().any(|refund| refund.refund_id == id("r9")));
    // More than there is waits rightly.
    wait(&mut planter, "refunded", PAYABLE);
    planter.run.assert_clean();
    // So does what was told of after all the money had gone back, whenever it is said to have been.
    let rest = planter.run.books("refunded").1;
    let all = refunding("refunded", "r11", &amount(rest));
    planter.run.apply(&event("all", domain::event::Body::RefundSucceeded(all), at(98)));
    let facts = refunding("refunded", "r12", &amount(1));
    let parked = port::Parked {
        event: event("late", domain::event::Body::RefundSucceeded(facts), at(91)),
        received_at: at(99),
    };
    planter.write(&Changes {
        parked: vec![(planter.run.shop.clone(), id("refunded"), parked)],
        ..Changes::default()
    });
    planter.run.assert_clean();
}

#[test]
fn an_import_whose_end_does_not_fit_its_state_is_found() {
    let upload = port::Upload {
        folder: "00ff".into(),
        files: Vec::new(),
        mapping: "Tea".into(),
        mapping_name: None,
        as_of: None,
        submit: false,
        by: "erp".into(),
    };
    for doctor in [
        (|import| import.finished_at = Some(at(1))) as fn(&mut port::Import),
        |import| import.state = port::ImportState::Cancelled,
        |import| (import.state, import.finished_at) = (port::ImportState::Finished, Some(at(1))),
    ] {
        let (run, store) = stocked();
        let command = engine::Command::Import(engine::ImportCommand::Create(Box::new(upload.clone())));
        let engine::Reply::Import { mut import } = run.ok(command) else { panic!("an import") };
        doctor(&mut import);
        let subject = format!("import {}", import.import_id);
        let key = (run.shop.clone(), import.import_id.clone());
        let imports = vec![Change::of(key, *import, None)];
        let mut planter = support::planter::Planter::of(run, store);
        planter.write(&Changes { imports, ..Changes::default() });
        let report = audit(planter.run.reader(), planter.run.engine.now(), &mut |_, _| ()).unwrap();
        let found: Vec<_> = report.findings.iter().map(|f| (f.check, f.subject.as_str())).collect();
        assert!(!found.is_empty() && found.iter().all(|one| *one == ("imports", &subject)), "{found:?}");
    }
}
