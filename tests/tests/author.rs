//! The author's tutorial, `plugins/legal/README.md`, followed to the letter, live: its commands are run in an empty folder,
//! and where it shows what a command says, that is what it says.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test may fail loudly"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use whale_tests::clients::{forget_clickhouse, forget_milvus, forget_timescaledb, forget_versions};
use whale_tests::{program, root, text};

/// Commands, and what the page shows of their output.
struct Step {
    line: usize,
    commands: String,
    shown: Option<(i32, String)>,
}

/// The blocks `sh` of a page, each with the block `text` that follows it.
fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut block: Option<(usize, String, String)> = None;
    for (number, line) in page.lines().enumerate() {
        match (&mut block, line.strip_prefix("```")) {
            (None, Some(kind)) => block = Some((number + 1, kind.to_owned(), String::new())),
            (Some((line, kind, content)), Some("")) => {
                let (line, content) = (*line, std::mem::take(content));
                match kind.split_once(" exit=").unwrap_or((kind, "0")) {
                    ("sh", _) => steps.push(Step { line, commands: content, shown: None }),
                    ("text", exit) => steps.last_mut().unwrap().shown = Some((exit.parse().unwrap(), content)),
                    _ => {}
                }
                block = None;
            }
            (Some((_, _, content)), _) => {
                content.push_str(line);
                content.push('\n');
            }
            (None, None) => {}
        }
    }
    steps
}

/// Where the commands of a page are followed: each step begins where the one before ended.
struct Reader {
    folder: PathBuf,
    home: tempfile::TempDir,
}

impl Reader {
    fn follow(&mut self, commands: &str) -> (i32, String) {
        let path = format!("{}:{}", program().parent().unwrap().display(), std::env::var("PATH").unwrap());
        let output = Command::new("bash")
            .args(["-ec", &format!("exec 2>&1\ntrap 'pwd > \"$TUTORIAL/folder\"' EXIT\n{commands}")])
            .current_dir(&self.folder)
            .env("TUTORIAL", self.home.path())
            .env("WHALE", root())
            .env("WHALE_STATE", self.home.path().join("state"))
            .env("PATH", path)
            .env("NO_COLOR", "1")
            .env_remove("CARGO_TARGET_DIR")
            .output()
            .unwrap();
        self.folder = std::fs::read_to_string(self.home.path().join("folder")).unwrap().trim_end().into();
        (output.status.code().unwrap(), text(&output.stdout))
    }
}

/// Without what differs from run to run: times, digests, and what cargo says while it builds.
fn stable(said: &str) -> String {
    let building = |line: &&str| {
        let word = line.trim_start().split(' ').next().unwrap_or_default();
        !["Compiling", "Finished", "Locking", "Updating", "Adding", "Downloaded", "Downloading", "Blocking"]
            .contains(&word)
    };
    let lines = said.lines().filter(building).map(|line| match line.split_once(" in ") {
        Some((head, tail)) if head.starts_with("applied ") => {
            format!("{head} in N s;{}", tail.split_once(';').map_or("", |(_, rest)| rest))
        }
        _ => line.to_owned(),
    });
    let digest = |word: &str| word.len() == 64 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let masked = |line: String| match line.rsplit_once(' ') {
        Some((head, word)) if digest(word) => format!("{head} …\n"),
        _ => line + "\n",
    };
    lines.map(masked).collect()
}

#[tokio::test]
async fn every_step_of_the_tutorial_is_true() {
    forget_timescaledb("patents").await;
    forget_clickhouse("patents").await;
    forget_milvus("patents").await;
    forget_versions().await;
    let page = std::fs::read_to_string(root().join("plugins/legal/README.md")).unwrap();
    let home = tempfile::tempdir().unwrap();
    let mut reader = Reader { folder: home.path().to_path_buf(), home };
    let steps = steps(&page);
    assert!(steps.len() > 8, "the page has its steps");
    let mut differing = Vec::new();
    for step in steps {
        let (exit, said) = reader.follow(&step.commands);
        println!("--- line {}: exit {exit}\n{said}", step.line);
        let (expected, shown) = step.shown.unwrap_or((0, String::new()));
        assert_eq!(exit, expected, "line {}:\n{said}", step.line);
        if !shown.is_empty() && !stable(&said).ends_with(&stable(&shown)) {
            differing.push(step.line);
        }
    }
    assert!(differing.is_empty(), "the page shows something else at lines {differing:?}");
    assert!(Path::new(&reader.folder).ends_with("patents"));
    forget_timescaledb("patents").await;
    forget_clickhouse("patents").await;
    forget_milvus("patents").await;
}
