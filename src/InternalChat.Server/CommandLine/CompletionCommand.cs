using System.CommandLine;

namespace InternalChat.Server.CommandLine;

/// <summary>
/// <c>internalchat completion SHELL</c>: a script by which a shell completes this program's command line. It asks the program itself, by
/// the <c>[suggest]</c> directive of its parser, so it never grows stale.
/// </summary>
internal static class CompletionCommand
{
    // Options are offered where one is begun: the lists are long.
    private const string Bash = """
        _internalchat() {
            local word=${COMP_WORDS[COMP_CWORD]} candidates
            candidates=$("${COMP_WORDS[0]}" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)
            [[ $word == -* ]] || candidates=$(grep -v '^[-/]' <<<"$candidates")
            mapfile -t COMPREPLY < <(compgen -W "$candidates" -- "$word")
        }
        complete -o bashdefault -o default -F _internalchat internalchat

        """;

    private const string Zsh = """
        #compdef internalchat
        _internalchat() {
            local line="${(j: :)words[1,CURRENT]}"
            local -a candidates
            candidates=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
            [[ ${words[CURRENT]} == -* ]] || candidates=(${candidates:#[-/]*})
            compadd -a candidates || _files
        }
        if [[ $funcstack[1] == _internalchat ]]; then _internalchat; else compdef _internalchat internalchat; fi

        """;

    private const string Fish = """
        function __internalchat_candidates
            set -l line (commandline -cp)
            set -l candidates (internalchat "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null)
            string match -q -- '-*' (commandline -ct); or set candidates (string match -rv '^[-/]' -- $candidates)
            printf '%s\n' $candidates
        end
        complete -c internalchat -a '(__internalchat_candidates)'

        """;

    public static Command Create()
    {
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh or fish" };
        shell.AcceptOnlyFromAmong("bash", "zsh", "fish");
        var command = new Command(
            "completion", "Print a script for a shell's completion, to be sourced: . <(internalchat completion bash)") { shell };
        command.SetAction(parsed =>
        {
            Console.Out.Write(parsed.GetValue(shell) switch
            {
                "bash" => Bash,
                "zsh" => Zsh,
                _ => Fish,
            });
            return ExitStatus.Success;
        });
        return command;
    }
}
