//! Links of rewards: they carry no personal data, and who follows one may bring its owner an extra chance.

use super::act::act;
use crate::wire::auth::InShop;
use crate::wire::extract::{Names, Unread};
use crate::wire::keys::Scope;
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use axum::extract::State;
use axum::http::StatusCode;
use domain::{
    CampaignId, CustomerId, RewardId, ShopId,
    campaign::post_payment::{Do, link_tag},
    reward::Reward,
};
use draw::Seed;
use serde::Deserialize;
use utoipa::ToSchema;

/// A reward's link: the address to post to, with what shows that it was given out.
pub fn link(shop: &ShopId, seed: &Seed, reward: &Reward) -> String {
    let (campaign, id) = (&reward.campaign_id, &reward.reward_id);
    format!("/v1/shops/{shop}/campaigns/{campaign}/links/{id}.{}", link_tag(seed, id))
}

/// Who follows a link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FollowRequest {
    /// The customer who follows it.
    #[schema(value_type = String)]
    customer_id: CustomerId,
}

/// A customer follows a reward's link; its owner gets an extra chance. Each customer who has no reward of the campaign
/// helps once. Refusals: `own_link`, `already_takes_part`, `total_limit`, `campaign_closed`, `campaign_paused`,
/// `reward_void`.
#[utoipa::path(post, path = "/v1/shops/{shop}/campaigns/{campaign}/links/{link}/follow", tag = "rewards",
    params(("shop" = String, Path), ("campaign" = String, Path), ("link" = String, Path)), request_body = FollowRequest,
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn follow(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, campaign_id, link)): Names<(String, CampaignId, String)>,
    body: Unread<FollowRequest>,
) -> Result<StatusCode, Problem> {
    let customer_id = caller.reads(Scope::Checkout, body).await?.value.customer_id;
    let missing = || Problem::not_found("no such link");
    let (id, tag) = link.rsplit_once('.').ok_or_else(missing)?;
    let reward_id = RewardId::try_new(id).map_err(|_| missing())?;
    let what = Do::Follow { campaign_id, reward_id, tag: tag.to_owned(), customer_id };
    act(&state, &caller, what).await?;
    Ok(StatusCode::NO_CONTENT)
}
