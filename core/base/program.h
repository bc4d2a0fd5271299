// The common end of every program: parses the command line, runs the command, and then checks that
// all output was written. A command writes to a stream and returns its own status; nothing else
// looks at standard output. The parser (CLI::App and its ParseError) is a template parameter
// because no other room may know it.
#pragma once

#include <iostream>
#include <string_view>

#include "core/base/unknown_command.h"

namespace fairfeed {

constexpr int kOutputLost = 1;  // the machine failed
constexpr int kWrongUsage = 2;

// Flushes. Lost output turns a status of 0 into kOutputLost, with a message on `err`.
[[nodiscard]] int finish_output(std::string_view program, int status, std::ostream& out,
                                std::ostream& err);

// `status` is set by the commands' callbacks.
template <class ParseError, class App>
[[nodiscard]] int run_program(App& app, int argc, char** argv, const int& status) {
    if (const auto wrong = unknown_command(app, argc, argv)) {
        std::cerr << *wrong << '\n';
        return kWrongUsage;
    }
    int result = 0;
    try {
        app.parse(argc, argv);
        result = status;
    } catch (const ParseError& error) {  // a request for help is one too
        result = app.exit(error) == 0 ? 0 : kWrongUsage;
    }
    return finish_output(app.get_name(), result, std::cout, std::cerr);
}

}  // namespace fairfeed
