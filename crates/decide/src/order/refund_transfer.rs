//! What the merchant paid back outside the system, recorded with its evidence: it is booked as that, and no channel's bill
//! has it (S2-R02, A-S2-4).

use super::{
    refund_ends::stand,
    refund_promises::keep_promise,
    refunds::{answer, find},
};
use crate::book::Draft;
use crate::command::Reply;
use crate::follow;
use domain::{
    Code, OrderId, RefundId, Refusal,
    order::{Offline, RefundStatus, TimelineEntry, Transfer},
};
use serde_json::json;

/// The merchant records what was paid back outside the system. Said again it is answered the same.
pub fn record(
    draft: &mut Draft<'_>,
    order: &OrderId,
    id: &RefundId,
    transfer: &Transfer,
) -> Result<Reply, Refusal> {
    let mut order = find(draft, order)?;
    let missing = || Refusal::with(Code::NotFound, format!("no refund {id}"));
    let index = order.refunds.iter().position(|refund| refund.refund_id == *id).ok_or_else(missing)?;
    let known = order.refunds[index].clone();
    let transfer = Transfer { recorded_at: draft.now, ..transfer.clone() };
    if let Some(before) = known.transfer() {
        let same = before.is_same(&transfer);
        return if same {
            Ok(Reply::Refund { refund: known })
        } else {
            Err(Code::IdempotencyConflict.into())
        };
    }
    known.check_transfer(&order, &transfer)?;
    let before = follow::Before::of(draft, &order);
    let detail = json!({
        "refund_id": id, "amount": transfer.amount, "account_tail": transfer.account_tail, "at": draft.show(transfer.at),
        "by": transfer.by,
    });
    let now = draft.now;
    draft.note(&mut order, TimelineEntry::new(now, "refund.transferred").detail(detail));
    let offline = known.offline.map(|offline| Offline { transfer: Some(transfer), ..*offline });
    keep_promise(draft, &mut order, index, offline, (RefundStatus::Succeeded, now))?;
    follow::money(draft, &mut order, now);
    stand(draft, &mut order)?;
    answer(draft, order, id, before)
}
