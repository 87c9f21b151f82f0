//! What a survey was answered: counts, and every answer as a file.

use crate::wire::auth::InShop;
use crate::wire::csv_out;
use crate::wire::extract::Names;
use crate::wire::keys::Scope;
use crate::wire::limits;
use crate::wire::problem::Problem;
use crate::wire::share::Sending;
use crate::wire::state::ApiState;
use crate::wire::time;
use axum::Json;
use axum::extract::State;
use axum::response::Response;
use domain::{
    CampaignId, ShopId,
    campaign::post_payment::ever_asked,
    reward::{Answer, Question, QuestionKind, Reward, RewardStatus, Tallies},
    shop::Shop,
};
use futures_util::stream;
use port::{Page, Reader, RewardFilter, StoreError};
use serde::Serialize;
use std::sync::Arc;
use utoipa::ToSchema;

/// How often an option was chosen.
#[derive(Debug, Serialize, ToSchema)]
pub struct OptionView {
    /// The option.
    option: String,
    count: u64,
}

/// What was answered to a question.
#[derive(Debug, Serialize, ToSchema)]
pub struct QuestionView {
    question_id: String,
    text: String,
    /// `single | multiple | free`.
    #[schema(value_type = String)]
    kind: QuestionKind,
    /// Every option, those that nobody chose among them; none of a free question.
    options: Vec<OptionView>,
    /// Of a free question: how many answered. Their words are in the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    answers: Option<u64>,
}

/// What a survey was answered.
#[derive(Debug, Serialize, ToSchema)]
pub struct SurveyView {
    campaign_id: String,
    /// Customers' orders that answered.
    answered: u64,
    /// Every question that was ever asked, those of now first.
    questions: Vec<QuestionView>,
}

/// Every question that was ever asked, and how often each option was chosen.
async fn asked(
    state: &ApiState,
    caller: &InShop,
    id: &CampaignId,
) -> Result<(Vec<Question>, Tallies), Problem> {
    let (shop, asked) = (caller.shop_id.clone(), id.clone());
    let read = move |reader: &dyn Reader| Ok((reader.campaign(&shop, &asked)?, reader.book(&shop, &asked)?));
    let (row, book) = state.read(read).await?;
    let row = row.ok_or_else(|| Problem::not_found(format!("no campaign {id}")))?;
    let tallies = book.map(|book| book.tallies).unwrap_or_default();
    let asks = ever_asked(&row.campaign, &tallies);
    if asks.is_empty() {
        return Err(Problem::not_found(format!("campaign {id} asks nothing")));
    }
    Ok((asks, tallies))
}

/// What a campaign's survey was answered.
#[utoipa::path(get, path = "/v1/shops/{shop}/campaigns/{campaign}/survey", tag = "rewards", params(("shop" = String, Path), ("campaign" = String, Path)),
    responses((status = 200, body = SurveyView), (status = 404, body = Problem)))]
pub async fn results(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, id)): Names<(String, CampaignId)>,
) -> Result<Json<SurveyView>, Problem> {
    caller.may(Scope::Read)?;
    let (questions, tallies) = asked(&state, &caller, &id).await?;
    let view = |question: Question| {
        let count = |option: &str| tallies.count(&question.question_id, option);
        let answers = Some(count("")).filter(|count| question.kind == QuestionKind::Free || *count > 0);
        let options =
            question.options.iter().map(|option| OptionView { option: option.clone(), count: count(option) });
        QuestionView {
            options: options.collect(),
            question_id: question.question_id,
            text: question.text,
            kind: question.kind,
            answers,
        }
    };
    let questions = questions.into_iter().map(view).collect();
    Ok(Json(SurveyView { campaign_id: id.to_string(), answered: tallies.answered, questions }))
}

/// Answers that are being read out.
struct Reading {
    reader: Arc<dyn Reader>,
    sending: Sending,
    shop: Arc<Shop>,
    shop_id: ShopId,
    campaign_id: CampaignId,
    questions: Arc<Vec<Question>>,
    page: Option<Page>,
}

fn heading(questions: &[Question], to: &mut String) {
    let own = ["reward_id", "order_id", "customer_id", "answered_at"].map(|name| name.to_owned().into());
    let asked = questions.iter().map(|question| csv_out::cell(&question.text));
    csv_out::row(own.into_iter().chain(asked), to);
}

fn line(shop: &Shop, questions: &[Question], reward: &Reward, to: &mut String) {
    let Some(answers) = &reward.answers else { return };
    let own = [
        csv_out::cell(reward.reward_id.as_str()),
        csv_out::cell(reward.order_id.as_str()),
        csv_out::cell(reward.customer_id.as_str()),
        time::show_some(shop, reward.done_at).unwrap_or_default().into(),
    ];
    let said = questions.iter().map(|question| match answers.get(question.question_id.as_str()) {
        None => "".into(),
        Some(Answer::One(said)) => csv_out::cell(said),
        Some(Answer::Several(said)) => {
            let said: Vec<&str> = said.iter().map(String::as_str).collect();
            csv_out::cell(&said.join("; ")).into_owned().into()
        }
    });
    csv_out::row(own.into_iter().chain(said), to);
}

impl Reading {
    async fn step(&mut self) -> Result<Option<String>, StoreError> {
        let Some(page) = self.page.take() else { return Ok(None) };
        let (shop, campaign, asked) = (self.shop_id.clone(), self.campaign_id.clone(), page.clone());
        let (reader, settings, questions) = (self.reader.clone(), self.shop.clone(), self.questions.clone());
        let make = move || {
            let filter = RewardFilter { status: None };
            let rows = reader.campaign_rewards(&shop, &campaign, &filter, &asked)?;
            let mut text = String::new();
            if asked.after.is_none() {
                heading(&questions, &mut text);
            }
            let said = rows.iter().filter(|reward| reward.status != RewardStatus::Offered);
            said.for_each(|reward| line(&settings, &questions, reward, &mut text));
            let last = rows.last().filter(|_| rows.len() == asked.limit);
            Ok((text, last.map(port::reward_key)))
        };
        let (text, last) = self.sending.piece::<Result<_, StoreError>>(make).await?;
        self.page = last.map(|last| Page { after: Some(last), limit: page.limit });
        Ok(Some(text))
    }
}

/// Every answer of a campaign's survey as CSV, an order a row; a column for every question that was ever asked.
#[utoipa::path(get, path = "/v1/shops/{shop}/campaigns/{campaign}/survey/export", tag = "rewards", params(("shop" = String, Path), ("campaign" = String, Path)),
    responses((status = 200, body = String, content_type = "text/csv"), (status = 404, body = Problem)))]
pub async fn export(
    State(state): State<ApiState>,
    caller: InShop,
    Names((_, campaign_id)): Names<(String, CampaignId)>,
) -> Result<Response, Problem> {
    caller.may(Scope::Read)?;
    let shop = state.shop(&caller.shop_id).await?;
    let questions = Arc::new(asked(&state, &caller, &campaign_id).await?.0);
    let page = Some(Page { after: None, limit: limits::EXPORT_STEP });
    let (reader, sending) = (state.engine.reader().clone(), caller.share().file()?);
    let reading = Reading { reader, sending, shop, shop_id: caller.shop_id, campaign_id, questions, page };
    let steps = stream::try_unfold(reading, |mut reading| async {
        let step = reading.step().await?;
        Ok::<_, StoreError>(step.map(|text| (text, reading)))
    });
    csv_out::attachment("survey.csv", steps)
}
