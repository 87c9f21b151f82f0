//! Members enrolled by a list.

use crate::campaign::scope_import::RejectedRow;
use crate::wire::auth::InShop;
use crate::wire::extract::{self, Names};
use crate::wire::keys::Scope;
use crate::wire::limits;
use crate::wire::list_in;
use crate::wire::problem::Problem;
use crate::wire::state::ApiState;
use axum::Json;
use axum::extract::{Request, State};
use domain::{
    CampaignId, Code, CustomerId, WaveId,
    campaign::{Action, sprint::Do},
};
use engine::{Command, EngineError, Input};
use serde::Serialize;
use utoipa::ToSchema;

/// What came of a list of members.
#[derive(Debug, Serialize, ToSchema)]
pub struct EnrolledListView {
    /// Rows whose members take part now.
    enrolled: usize,
    /// Rows whose members took part before.
    already: usize,
    /// Rows left out, each with its reason: `invalid_value`, `too_many_columns`, or why enrolling was refused.
    rejected: Vec<RejectedRow>,
}

/// A row that can be asked for.
#[derive(Debug, PartialEq, Eq)]
struct Member {
    row: usize,
    customer_id: CustomerId,
    wave_id: Option<WaveId>,
}

/// Reads `customer_id,wave_id` of every row; a wave that is missing is the one whose enrollment it is. A heading is passed over.
fn read(bytes: &[u8]) -> Result<(Vec<Member>, Vec<RejectedRow>), Problem> {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for listed in list_in::rows(bytes, list_in::CUSTOMERS)? {
        let (row, customer, wave) = (listed.row, listed.cell(0), listed.cell(1));
        let wave_id = if wave.is_empty() { Ok(None) } else { WaveId::try_new(wave).map(Some) };
        match (listed.id(CustomerId::try_new), wave_id) {
            _ if listed.is_whole && listed.is_wider(2) => {
                bad.push(RejectedRow::new(row, customer, "too_many_columns"));
            }
            (Ok(customer_id), Ok(wave_id)) => good.push(Member { row, customer_id, wave_id }),
            (Err(_), _) => bad.push(RejectedRow::new(row, customer, "invalid_value")),
            (Ok(_), Err(_)) => bad.push(RejectedRow::new(row, wave, "invalid_value")),
        }
    }
    Ok((good, bad))
}

/// Enrolls the members of a CSV file (`customer_id,wave_id` a row, the wave and a heading optional), each row by itself. The same
/// file again enrolls nobody twice: who takes part is counted as `already`.
#[utoipa::path(post, path = "/v1/shops/{shop}/sprints/{sprint}/enrollments/import", tag = "sprints",
    params(("shop" = String, Path), ("sprint" = String, Path)),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 200, body = EnrolledListView), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn import(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, campaign_id)): Names<(String, CampaignId)>,
    request: Request,
) -> Result<Json<EnrolledListView>, Problem> {
    caller.may(Scope::Checkout)?;
    let (shop, id) = (caller.shop_id.clone(), campaign_id.clone());
    let row = state.read(move |reader| reader.campaign(&shop, &id)).await?;
    super::members::live(row.as_ref(), &campaign_id)?;
    let taken = extract::read_bytes(request, limits::BATCH, caller.share()).await?;
    let (good, mut rejected) = caller.share().read(taken.bytes.len(), move || read(&taken.bytes)).await?;
    let input = |member: &Member| {
        let (customer_id, wave_id) = (member.customer_id.clone(), member.wave_id.clone());
        let what = Do::Enroll { campaign_id: campaign_id.clone(), wave_id, customer_id };
        Input::new(caller.shop_id.clone(), Command::Act(Action::Sprint(what)))
    };
    let (mut enrolled, mut already) = (0, 0);
    for rows in good.chunks(limits::IMPORT_STEP) {
        let outcomes = state.engine.submit_many(rows.iter().map(input).collect()).await?;
        for (member, outcome) in rows.iter().zip(outcomes) {
            match outcome {
                Ok(_) => enrolled += 1,
                Err(EngineError::Refused(refusal)) if refusal.code == Code::AlreadyEnrolled => already += 1,
                Err(EngineError::Refused(refusal)) => {
                    let customer = member.customer_id.as_str();
                    rejected.push(RejectedRow::new(member.row, customer, refusal.code.as_str()));
                }
                Err(error) => return Err(error.into()),
            }
        }
    }
    rejected.sort_by_key(RejectedRow::row);
    Ok(Json(EnrolledListView { enrolled, already, rejected }))
}
