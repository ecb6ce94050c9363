/** Scripts that teach a shell to ask `meridian __complete` what may stand at the cursor. */
export const SCRIPTS = {
  bash: `# meridian completion for bash; in ~/.bashrc: source <(meridian completion bash)
_meridian() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ $line == :files ]]; then
      compopt -o default
    else
      COMPREPLY+=("$(printf '%q' "$line")")
    fi
  done < <("\${COMP_WORDS[0]}" __complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -F _meridian meridian
`,
  zsh: `#compdef meridian
# meridian completion for zsh; in ~/.zshrc, after compinit: source <(meridian completion zsh)
_meridian() {
  local line
  local -a candidates
  for line in "\${(@f)$(\${words[1]} __complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    if [[ $line == :files ]]; then
      _files
    elif [[ -n $line ]]; then
      candidates+=("$line")
    fi
  done
  (( \${#candidates} )) && compadd -- "\${candidates[@]}"
}
compdef _meridian meridian
`,
  fish: `# meridian completion for fish; in ~/.config/fish/config.fish: meridian completion fish | source
function __meridian_complete
  set -l words (commandline -opc)
  for line in ($words[1] __complete -- $words[2..-1] (commandline -ct) 2>/dev/null)
    if test "$line" = ":files"
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
complete -c meridian -f -a '(__meridian_complete)'
`,
} as const;

export type Shell = keyof typeof SCRIPTS;
