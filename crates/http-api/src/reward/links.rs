//! Links of rewards: they carry no personal data and no reward's name, and who follows one may bring its owner an extra
//! chance.
//!
//! Always holds: a link is a reward's name, sealed with the secret of its campaign (XChaCha20-Poly1305), so it can be made up
//! by nobody and tells nobody whose chance it was. One reward has one link: the nonce is a keyed hash of the name.

use super::act::act;
use crate::wire::auth::InShop;
use crate::wire::extract::{Names, Unread};
use crate::wire::keys::Scope;
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use axum::extract::State;
use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use domain::{
    CampaignId, CustomerId, RewardId, ShopId,
    campaign::post_payment::Do,
    reward::{Reward, Secret},
};
use serde::Deserialize;
use utoipa::ToSchema;

/// Bytes of a nonce.
const NONCE: usize = 24;
/// What the keys are for.
const SEALS: &str = "promenade 2026 seals of links of rewards";
const NONCES: &str = "promenade 2026 nonces of links of rewards";

/// A reward's link: the address to post to.
pub fn link(shop: &ShopId, secret: &Secret, reward: &Reward) -> String {
    let campaign = &reward.campaign_id;
    format!("/v1/shops/{shop}/campaigns/{campaign}/links/{}", seal(secret, campaign, &reward.reward_id))
}

fn cipher(secret: &Secret) -> XChaCha20Poly1305 {
    XChaCha20Poly1305::new(&secret.key(SEALS).into())
}

fn seal(secret: &Secret, campaign: &CampaignId, reward: &RewardId) -> String {
    let name = reward.as_str().as_bytes();
    let hash = blake3::keyed_hash(&secret.key(NONCES), name);
    let nonce: [u8; NONCE] = std::array::from_fn(|at| hash.as_bytes()[at]);
    let payload = Payload { msg: name, aad: campaign.as_str().as_bytes() };
    let sealed = cipher(secret).encrypt(&XNonce::from(nonce), payload);
    let sealed = sealed.unwrap_or_else(|error| unreachable!("a name is short: {error}"));
    URL_SAFE_NO_PAD.encode([&nonce[..], &sealed].concat())
}

/// The reward whose link it is; `None` where this campaign gave no such link out.
fn open(secret: &Secret, campaign: &CampaignId, token: &str) -> Option<RewardId> {
    let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
    let (nonce, sealed) = bytes.split_first_chunk::<NONCE>()?;
    let payload = Payload { msg: sealed, aad: campaign.as_str().as_bytes() };
    let name = cipher(secret).decrypt(&XNonce::from(*nonce), payload).ok()?;
    RewardId::try_new(std::str::from_utf8(&name).ok()?).ok()
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
    let (shop, asked) = (caller.shop_id.clone(), campaign_id.clone());
    let charter = state.read(move |reader| reader.charter(&shop, &asked)).await?;
    let reward_id = charter.and_then(|charter| open(&charter.secret, &campaign_id, &link));
    let reward_id = reward_id.ok_or_else(|| Problem::not_found("no such link"))?;
    act(&state, &caller, Do::Follow { campaign_id, reward_id, customer_id }).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S2-R07, A-S2-16: a link opens with its campaign's secret alone and as its campaign's, tells nothing of the reward, and
    /// none that was changed opens.
    #[test]
    fn s2_r07_a_link_is_sealed() {
        let (secret, other) = (Secret::from_bytes([1; 32]), Secret::from_bytes([2; 32]));
        let (c, d): (CampaignId, CampaignId) = ("c".parse().unwrap(), "d".parse().unwrap());
        let reward: RewardId = "rw_181502aef400000008d_0011223344556677".parse().unwrap();
        let token = seal(&secret, &c, &reward);
        assert_eq!(open(&secret, &c, &token).as_ref(), Some(&reward));
        assert_eq!(token, seal(&secret, &c, &reward), "a reward has one link");
        assert!(!token.contains("181502aef4") && !token.contains("00112233"), "{token}");
        assert_eq!(open(&other, &c, &token), None);
        assert_eq!(open(&secret, &d, &token), None);
        for at in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            assert_eq!(open(&secret, &c, std::str::from_utf8(&changed).unwrap()), None, "letter {at}");
        }
        for short in ["", "A", "x.y", reward.as_str(), &token[..40]] {
            assert_eq!(open(&secret, &c, short), None, "{short}");
        }
    }
}
