//! Passes that something in the pool asks for; `activation` takes their steps.

use crate::book::Draft;
use domain::{
    PresaleStrategyId,
    pool::{Pass, PresaleRecord},
};

/// Has a strategy's orders judged again where a gift of theirs is open; after the pass that is under way.
pub fn judge_again(draft: &mut Draft<'_>, id: &PresaleStrategyId) {
    let Some(known) = draft.presale(id) else { return };
    let pass = Some(Pass::judge(known.pass.as_ref()));
    draft.put_presale(PresaleRecord { pass, ..PresaleRecord::clone(&known) });
}
