//! Settings, templates and packs of a shop.

use super::mailbox;
use crate::book::Draft;
use crate::command::Reply;
use domain::{
    Code, Instant, PurchaseId, Refusal, Violation,
    message::{
        Channel, Kind, centre,
        office::{Centre, Office},
        settings::Chosen,
        template::Template,
        wallet::BadPack,
    },
};
use port::PackRow;

fn centre(draft: &Draft<'_>) -> Result<Centre, Refusal> {
    draft.shop_row()?;
    Ok(draft.centre().cloned().unwrap_or_default())
}

/// Decides switches and limits anew.
pub fn put(
    draft: &mut Draft<'_>,
    chosen: &Chosen,
    from: Option<Instant>,
    by: &str,
) -> Result<Reply, Refusal> {
    Refusal::from_violations(Code::InvalidMessage, chosen.violations())?;
    let now = draft.now;
    if from.is_some_and(|from| from < now) {
        return Err(Refusal::of(Violation::with("effective_from", Code::OutOfRange, "now or later")));
    }
    let mut centre = centre(draft)?;
    centre.settings.decide(chosen.clone(), from, by.to_owned(), now);
    draft.put_centre(centre);
    mailbox::align(draft);
    Ok(Reply::Done)
}

/// Saves a template that renders.
pub fn put_template(
    draft: &mut Draft<'_>,
    kind: Kind,
    channel: Channel,
    template: &Template,
    by: &str,
) -> Result<Reply, Refusal> {
    Refusal::from_violations(Code::InvalidMessage, template.violations(kind, channel))?;
    let mut centre = centre(draft)?;
    let number = centre.save(kind, channel, template.clone(), by.to_owned(), draft.now);
    draft.put_centre(centre);
    Ok(Reply::Template { number })
}

/// Takes a template out of use. Where none is in use nothing is changed.
pub fn remove_template(
    draft: &mut Draft<'_>,
    kind: Kind,
    channel: Channel,
    by: &str,
) -> Result<Reply, Refusal> {
    let mut centre = centre(draft)?;
    if centre.remove(kind, channel, by.to_owned(), draft.now) {
        draft.put_centre(centre);
    }
    Ok(Reply::Done)
}

/// Buys a pack. The same purchase again is that one; another under its id is a conflict.
pub fn buy(
    draft: &mut Draft<'_>,
    purchase_id: &PurchaseId,
    segments: u64,
    expires_at: Option<Instant>,
    by: &str,
) -> Result<Reply, Refusal> {
    draft.shop_row()?;
    if let Some(known) = draft.pack(purchase_id) {
        return if (known.segments, known.expires_at) == (segments, expires_at) {
            Ok(Reply::Wallet { wallet: draft.wallet() })
        } else {
            let message = format!("{purchase_id} was another purchase");
            Err(Refusal::with(Code::IdempotencyConflict, message))
        };
    }
    let now = draft.now;
    let mut wallet = draft.wallet();
    wallet.buy(segments, expires_at, now).map_err(|bad| {
        let (field, code, message) = match bad {
            BadPack::Segments => ("segments", Code::OutOfRange, "1 to 100000000"),
            BadPack::Expired => ("expires_at", Code::OutOfRange, "later than now"),
            BadPack::TooMany => ("segments", Code::TooMany, "at most 100 packs that something is left of"),
        };
        Refusal::of(Violation::with(field, code, message))
    })?;
    centre::keep(draft, wallet);
    let pack = PackRow {
        purchase_id: purchase_id.clone(),
        segments,
        expires_at,
        bought_at: now,
        bought_by: by.to_owned(),
    };
    draft.changes().packs.push(pack);
    Ok(Reply::Wallet { wallet: draft.wallet() })
}
