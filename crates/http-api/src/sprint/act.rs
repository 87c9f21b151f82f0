//! Hands what a member or a merchant does to the kind.

use crate::wire::auth::InShop;
use crate::wire::problem::Problem;
use crate::wire::state::{ApiState, unexpected};
use domain::campaign::{
    Action, Answer,
    sprint::{Do, Done},
};
use engine::{Command, Input, Reply};

/// Has the kind act.
pub async fn act(state: &ApiState, caller: &InShop, what: Do) -> Result<Done, Problem> {
    let command = Command::Act(Action::Sprint(what));
    match state.engine.submit(Input::new(caller.shop_id.clone(), command)).await? {
        Reply::Acted { answer: Answer::Sprint(done) } => Ok(done),
        other => Err(unexpected(&other)),
    }
}
