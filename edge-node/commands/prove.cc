#include "edge-node/commands/prove.h"

#include <ostream>

#include "core/io/file.h"
#include "core/proof/proof.h"
#include "edge-node/commands/opened_ledger.h"

namespace fairfeed {
namespace {

constexpr mode_t kOwnerOnly = 0600;  // the file opens a household's reading

}  // namespace

int run_prove(const ProveOptions& options, std::ostream& out, std::ostream& err) {
    const auto meter = MeterId::parse(options.meter);
    if (!meter) {
        err << "--meter: '" << options.meter << "' is not a name (1 to 32 of a-z, 0-9, '-')\n";
        return kExitUsage;
    }
    const std::filesystem::path file =
        options.out.value_or(options.meter + "-" + std::to_string(options.window) + ".proof");
    std::error_code ignored;
    if (std::filesystem::exists(file, ignored)) {
        err << file.string() << " exists already: name another file with --out\n";
        return kExitUsage;
    }
    const auto opened =
        open_ledger({.config = options.config, .genesis = std::nullopt, .ledger = options.ledger});
    if (!opened) return report_input_errors(opened.error(), err);
    CHECK(opened->holder.has_value());  // a configuration was given
    const auto proof =
        make_proof(opened->ledger, opened->genesis, *opened->holder, *meter, options.window);
    if (!proof) {
        err << proof.error().explanation << '\n';
        return kExitFault;
    }
    const Bytes bytes = encode_proof(*proof);
    // Checks the proof before writing it, as its reader will.
    if (const auto checked = check_proof(bytes, opened->genesis); !checked) {
        err << "the proof does not hold (" << to_string(checked.error().part)
            << "): " << checked.error().explanation << "; run `edge-node verify` on this ledger\n";
        return kExitFault;
    }
    if (auto written = write_file_atomically(file, ByteView(bytes), kOwnerOnly); !written) {
        err << written.error().message << '\n';
        return kExitUsage;
    }
    out << file.string() << ": " << bytes.size() << " bytes, proves the reading and the bill line "
        << "of meter " << meter->str() << " in window " << options.window
        << ".\nWhoever has this file can read these two; nothing else opens with it.\nCheck it "
           "with "
        << "`edge-node check-proof --genesis GENESIS " << file.string() << "`.\n";
    return kExitOk;
}

}  // namespace fairfeed
