// The error for a mistyped command: the nearest command and the list of all. For the mains, whose
// parser (CLI::App) is a template parameter here because no other room may know it. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace fairfeed {

// "edge-node: no command 'shwo': did you mean 'show'? There are: run, show."
[[nodiscard]] std::string describe_unknown_command(std::string_view program, std::string_view word,
                                                   const std::vector<std::string>& commands);

// The first word before the options that stands in a command's place and is no command.
template <class App>
[[nodiscard]] std::optional<std::string> unknown_command(const App& program, int argc,
                                                         const char* const* argv) {
    const App* app = &program;
    std::string name = program.get_name();
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        const App* next = nullptr;
        std::vector<std::string> commands;
        for (const App* each : app->get_subcommands([](const App*) { return true; })) {
            commands.push_back(each->get_name());
            if (each->get_name() == word) next = each;
        }
        if (commands.empty() || word.empty() || word.front() == '-') return std::nullopt;
        if (next == nullptr) return describe_unknown_command(name, word, commands);
        name.append(" ").append(word);
        app = next;
    }
    return std::nullopt;
}

}  // namespace fairfeed
