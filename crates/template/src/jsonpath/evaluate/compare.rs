//! Comparisons (2.3.5.2.2).

use serde_json::{Number, Value};

use super::super::Operator;
use super::filter::TEXT_STEP;
use super::{Outcome, Run};

impl Run<'_> {
    /// Nothing equals only Nothing; what can't be ordered is neither less nor greater.
    pub(super) fn compare(
        &mut self,
        left: Option<&Value>,
        operator: Operator,
        right: Option<&Value>,
    ) -> Outcome<bool> {
        Ok(match operator {
            Operator::Equal => self.same(left, right)?,
            Operator::NotEqual => !self.same(left, right)?,
            Operator::Less => self.less(left, right)?,
            Operator::Greater => self.less(right, left)?,
            Operator::LessOrEqual => self.less(left, right)? || self.same(left, right)?,
            Operator::GreaterOrEqual => self.less(right, left)? || self.same(left, right)?,
        })
    }

    fn same(&mut self, left: Option<&Value>, right: Option<&Value>) -> Outcome<bool> {
        match (left, right) {
            (None, None) => Ok(true),
            (Some(left), Some(right)) => self.equal(left, right),
            _ => Ok(false),
        }
    }

    /// Deep equality without recursion; numbers by value, members in any order.
    fn equal(&mut self, left: &Value, right: &Value) -> Outcome<bool> {
        let mut open = vec![(left, right)];
        while let Some((left, right)) = open.pop() {
            self.spend(1)?;
            let alike = match (left, right) {
                (Value::Number(left), Value::Number(right)) => equal_numbers(left, right),
                (Value::String(left), Value::String(right)) => {
                    self.spend(left.len().min(right.len()) / TEXT_STEP)?;
                    left == right
                }
                (Value::Array(left), Value::Array(right)) => {
                    open.extend(left.iter().zip(right));
                    left.len() == right.len()
                }
                (Value::Object(left), Value::Object(right)) if left.len() == right.len() => {
                    left.iter().all(|(name, member)| {
                        let other = right.get(name);
                        open.extend(other.map(|other| (member, other)));
                        other.is_some()
                    })
                }
                (Value::Null, Value::Null) => true,
                (Value::Bool(left), Value::Bool(right)) => left == right,
                _ => false,
            };
            if !alike {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Numbers by value, strings by code points (which UTF-8 bytes keep in order).
    fn less(&mut self, left: Option<&Value>, right: Option<&Value>) -> Outcome<bool> {
        Ok(match (left, right) {
            (Some(Value::Number(left)), Some(Value::Number(right))) => less_number(left, right),
            (Some(Value::String(left)), Some(Value::String(right))) => {
                self.spend(left.len().min(right.len()) / TEXT_STEP)?;
                left < right
            }
            _ => false,
        })
    }
}

fn equal_numbers(left: &Number, right: &Number) -> bool {
    match (left.as_i128(), right.as_i128()) {
        (Some(left), Some(right)) => left == right,
        _ => left.as_f64().zip(right.as_f64()).is_some_and(|(left, right)| (left - right).abs() == 0.0),
    }
}

fn less_number(left: &Number, right: &Number) -> bool {
    match (left.as_i128(), right.as_i128()) {
        (Some(left), Some(right)) => left < right,
        _ => left.as_f64().zip(right.as_f64()).is_some_and(|(left, right)| left < right),
    }
}
