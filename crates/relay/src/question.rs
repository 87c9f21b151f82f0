//! Asks providers what became of messages of which nobody knows whether they were taken (A-S2-18).

use crate::BoxFuture;
use crate::message::{Asked, Fate, Senders};
use crate::queue::MessageKey;

/// A message that is asked after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Which.
    pub key: MessageKey,
    /// How it travelled.
    pub channel: String,
    /// What its provider is asked; nothing where nobody is known to ask about.
    pub asked: Option<Asked>,
}

/// Where questions come from, and answers go.
pub trait Questions: Send + Sync {
    /// At most so many messages whose turn it is.
    fn due_questions(&self, limit: usize) -> BoxFuture<'_, Result<Vec<Question>, String>>;
    /// What was found out. Who is not known yet is asked after again later.
    fn settle_question<'a>(&'a self, key: &'a MessageKey, fate: Fate) -> BoxFuture<'a, Result<(), String>>;
}

/// Asks once about everything whose turn it is, at most `limit`; how many that were.
pub async fn ask_all(questions: &dyn Questions, senders: &Senders, limit: usize) -> Result<usize, String> {
    let due = questions.due_questions(limit).await?;
    let count = due.len();
    for Question { key, channel, asked } in due {
        let fate = match &asked {
            Some(asked) => senders.for_channel(&channel).ask(asked).await,
            None => Fate::NotYet,
        };
        questions.settle_question(&key, fate).await?;
    }
    Ok(count)
}
