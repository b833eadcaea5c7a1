//! Programs that are started beside the prompt: a pager, an editor.

use std::process::Command;

use crate::auth::SECRET_VARIABLES;

/// A program that gets the environment as it is, without the secrets that are meant for this one.
pub(super) fn program(name: &str) -> Command {
    let mut command = Command::new(name);
    SECRET_VARIABLES.iter().for_each(|variable| {
        command.env_remove(variable);
    });
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_does_not_inherit_our_secrets() {
        let command = program("less");
        let removed: Vec<_> = command.get_envs().filter(|(_, value)| value.is_none()).map(|(name, _)| name).collect();
        let mut secrets = SECRET_VARIABLES;
        secrets.sort_unstable();
        assert_eq!(removed, secrets);
    }
}
