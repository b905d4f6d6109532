//! The common form of a set, with its evidence; and what is not told for lack of it.

use serde::Serialize;

use tunelint_core::infer::common::Common;
use tunelint_core::infer::outputs::ENOUGH;
use tunelint_core::infer::plateau::LEAST;
use tunelint_core::infer::{Inferred, Majority};
use tunelint_core::printable::{counted, grouped};
use tunelint_core::survey::Survey;
use tunelint_core::task::Task;

use super::document::shown;

/// Characters of a common text that are shown.
const SHOWN: usize = 200;

/// One part of it.
#[derive(Serialize)]
pub struct Form {
    pub part: &'static str,
    pub value: String,
    pub evidence: String,
    /// The value is a piece of the data.
    #[serde(skip)]
    pub is_text: bool,
}

/// What is not told.
#[derive(Serialize)]
pub struct Silent {
    pub part: &'static str,
    pub why: String,
}

/// Reads it from a survey; `task` is the one that somebody named.
pub fn read(task: Option<Task>, survey: &Survey) -> (Vec<Form>, Vec<Silent>) {
    let inferred = &survey.inferred;
    let mut reading = Reading {
        form: Vec::new(),
        silent: Vec::new(),
        inputs: inferred.inputs,
    };
    reading.task(task, inferred);
    reading.texts(inferred);
    reading.markers(inferred);
    reading.outputs(inferred);
    reading.labels(survey);
    (reading.form, reading.silent)
}

struct Reading {
    form: Vec<Form>,
    silent: Vec<Silent>,
    inputs: usize,
}

impl Reading {
    fn say(&mut self, part: &'static str, value: String, evidence: String) {
        self.form.push(Form {
            part,
            value,
            evidence,
            is_text: false,
        });
    }

    /// Notes a piece of the data that is common to it.
    fn quote(&mut self, part: &'static str, found: Option<&Common>) {
        self.common(part, found, found.map_or(String::new(), excerpt));
        if let (Some(_), Some(last)) = (found, self.form.last_mut()) {
            last.is_text = true;
        }
    }

    /// Notes that a part is absent: there are too few inputs, or they do not have it.
    fn miss(&mut self, part: &'static str, least: usize, otherwise: &str) {
        let why = match self.inputs < least {
            true => format!("needs {least} distinct inputs, there are {}", self.inputs),
            false => otherwise.to_owned(),
        };
        self.silent.push(Silent { part, why });
    }

    fn common<T>(&mut self, part: &'static str, found: Option<&Majority<T>>, value: String) {
        if let Some(found) = found {
            let of = counted(found.of as u64, "distinct input");
            self.say(part, value, format!("{} of {of}", found.percent()));
        }
    }

    fn task(&mut self, named: Option<Task>, inferred: &Inferred) {
        match (named, &inferred.task) {
            (Some(task), _) => self.say("task", task.as_str().to_owned(), "as named".to_owned()),
            (None, Some(guess)) => {
                let evidence = format!("inferred: {}", guess.evidence);
                self.say("task", guess.task.as_str().to_owned(), evidence);
            }
            (None, None) => self.miss("task", LEAST, "nothing speaks for one"),
        }
    }

    fn texts(&mut self, inferred: &Inferred) {
        for (part, found) in [
            ("system text", &inferred.system),
            ("system preamble", &inferred.system_preamble),
            ("preamble", &inferred.preamble),
            ("suffix", &inferred.suffix),
        ] {
            self.quote(part, found.as_ref());
        }
        if inferred.preamble.is_none() {
            self.miss("preamble", LEAST, "no beginning is common enough");
        }
        if inferred.suffix.is_none() {
            self.miss("suffix", LEAST, "no ending is common enough");
        }
    }

    fn markers(&mut self, inferred: &Inferred) {
        let markers = inferred.markers.iter().flat_map(|markers| &markers.markers);
        let mut any = false;
        for marker in markers {
            any = true;
            self.common("marker", Some(&marker.key), shown(&marker.form));
        }
        if !any {
            self.miss(
                "markers",
                LEAST,
                "no word introduces a part of nearly every input",
            );
        }
    }

    fn outputs(&mut self, inferred: &Inferred) {
        let outputs = &inferred.outputs;
        self.quote("stop suffix", outputs.stop.as_ref());
        match &outputs.shape {
            Some(shape) => {
                let what = shape.value.plural().to_owned();
                self.common("shape of outputs", Some(shape), what);
            }
            None => self.miss("shape of outputs", ENOUGH, "no shape is common enough"),
        }
        if let Some(keys) = &outputs.keys {
            let listed: Vec<String> = keys.value.iter().map(|key| shown(key)).collect();
            self.common("keys of outputs", Some(keys), listed.join(", "));
        }
        match &outputs.script {
            Some(script) => {
                let name = script.value.to_owned();
                self.common("script of outputs", Some(script), name);
            }
            None => self.miss("script of outputs", ENOUGH, "no script is common enough"),
        }
    }

    fn labels(&mut self, survey: &Survey) {
        match &survey.inferred.labels {
            Some(labels) => {
                let known = labels.labels.len() - labels.unknown.len();
                let mut evidence = format!(
                    "{} share {}",
                    counted(labels.total, "output"),
                    counted(known as u64, "label")
                );
                if !labels.unknown.is_empty() {
                    evidence.push_str(&format!(", {} are none", labels.unknown.len()));
                }
                self.say("labels", "a closed set".to_owned(), evidence);
            }
            None => {
                let distinct = survey.output_counts.iter().count() as u64;
                let otherwise = match survey.output_counts.is_open() {
                    true => "outputs differ too much to be drawn from a closed set".to_owned(),
                    false => format!("{} distinct outputs are no closed set", grouped(distinct)),
                };
                self.miss("labels", LEAST, &otherwise);
            }
        }
    }
}

/// The start of a common text.
fn excerpt(found: &Common) -> String {
    let mut start: String = found.value.chars().take(SHOWN).collect();
    if found.value.chars().nth(SHOWN).is_some() {
        start.push('…');
    }
    shown(&start)
}
