//! The program: all it does is in [`auditql::cli`].

fn main() -> std::process::ExitCode {
    auditql::cli::main()
}
