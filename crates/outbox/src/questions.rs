//! Messages of which nobody knows whether they were taken: when they are asked after, and what is found out (A-S2-18).

use crate::messages::{ids, key_of, refused_as};
use crate::state::Outbox;
use domain::{
    Code, Instant,
    message::{
        Message,
        sending::{Report, UNKNOWN_DAYS},
    },
};
use engine::{Answered, Command, Input, MessageCommand};
use port::Dispatch;
use relay::{Asked, Fate, MessageKey, Question};

impl Outbox {
    /// Messages of which nobody knows whether they were taken, whose turn it is to be asked after.
    pub(crate) fn questions(&self, limit: usize) -> Result<Vec<Question>, String> {
        let now = self.engine.now();
        let rows = self.engine.reader().due_questions(now, limit).map_err(|error| error.to_string())?;
        let handed = rows.iter().filter_map(|row| Some((row, row.handed_at?)));
        handed.map(|(row, handed_at)| self.question(&row.message, handed_at, now)).collect()
    }

    fn question(&self, message: &Message, handed_at: Instant, now: Instant) -> Result<Question, String> {
        let provider_id = message.sending.as_ref().and_then(|sending| sending.provider_id.clone());
        let key = key_of(message);
        let our_id = format!("{}:{}", key.shop_id, key.message_id);
        let sent_at_micros = (self.clock)().saturating_sub(now.since(handed_at));
        let asked =
            self.recipient(message)?.map(|phone| Asked { our_id, provider_id, phone, sent_at_micros });
        Ok(Question { key, channel: message.channel.as_str().to_owned(), asked })
    }

    /// What was found out about a message that was asked after. One of which nothing is heard for 30 days counts as
    /// sent; one that the provider does not know was not taken.
    pub(crate) async fn settle_question(&self, key: &MessageKey, fate: Fate) -> Result<(), String> {
        let (shop_id, message_id) = ids(key)?;
        let reader = self.engine.reader();
        let due = reader.dispatch(&shop_id, &message_id).map_err(|error| error.to_string())?;
        let Some(Dispatch { handed_at: Some(handed_at), attempt, deliver_until, .. }) = due else {
            return Ok(());
        };
        let now = self.engine.now();
        let command = match fate {
            Fate::Delivered { segments, at_micros } => {
                let at = at_micros.map_or(now, |at| self.carry(at, now));
                MessageCommand::Reported {
                    message_id,
                    numbers: None,
                    report: Box::new(asked(true, String::new(), segments, at)),
                }
            }
            Fate::Failed { code, is_charged } => MessageCommand::Reported {
                message_id,
                numbers: None,
                report: Box::new(Report { is_charged, ..asked(false, code, None, now) }),
            },
            Fate::NotKnown if now < deliver_until => MessageCommand::Answered {
                message_id,
                answer: Answered::Later { attempt: attempt + 1, next_at: now },
            },
            Fate::NotKnown => {
                MessageCommand::Answered { message_id, answer: refused_as(Code::ProviderFailed) }
            }
            Fate::NotYet => {
                let answer = match next_question(handed_at, now) {
                    Some(next_at) => Answered::Unknown { next_at },
                    None => Answered::Taken { provider_id: None, segments: None },
                };
                MessageCommand::Answered { message_id, answer }
            }
        };
        self.submit(vec![Input::new(shop_id, Command::Messages(command))]).await
    }
}

fn asked(is_delivered: bool, code: String, segments: Option<u32>, at: Instant) -> Report {
    Report { part: None, is_delivered, code, segments, at, is_charged: true }
}

/// After 2, 10 and 60 minutes, then daily; none once it counts as sent.
fn next_question(handed_at: Instant, now: Instant) -> Option<Instant> {
    let mut minutes = [10, 60].into_iter().chain((1..=UNKNOWN_DAYS).map(|day| day * 24 * 60));
    minutes.find_map(|minutes| Some(handed_at.plus_minutes(minutes)).filter(|at| *at > now))
}
