#include "gateway/commands/notices.h"

#include <algorithm>

#include "core/io/file.h"
#include "core/io/json.h"
#include "core/state/registry.h"
#include "core/wire/message_codec.h"
#include "gateway/commands/office_files.h"
#include "gateway/office/draft.h"

namespace fairfeed {
namespace {

constexpr int kDone = 0;
constexpr int kMachineFailed = 1;
constexpr int kWrongInput = 2;

std::uint64_t number_of(const Transaction& notice) {
    return registry_sequence(notice.content);
}

// Ascending by number, because a notice may depend on those before it.
Result<TransactionBundle, std::vector<std::string>> bundle_of(
    const std::vector<std::filesystem::path>& files) {
    TransactionBundle bundle;
    std::vector<std::string> faults;
    std::optional<Digest> network;
    for (const std::filesystem::path& file : files) {
        const auto batch = load_batch(file);
        if (!batch) {
            faults.push_back(batch.error());
            continue;
        }
        auto notices = notices_to_submit(*batch);
        if (!notices) {
            faults.push_back(file.string() + ": " + notices.error());
        } else if (network && *network != batch->front().network) {
            faults.push_back(file.string() + ": of another network than " + files.front().string());
        } else {
            network = batch->front().network;
            std::ranges::move(*notices, std::back_inserter(bundle.transactions));
        }
    }
    if (!faults.empty()) return unexpected(std::move(faults));
    std::sort(
        bundle.transactions.begin(), bundle.transactions.end(),
        [](const Transaction& a, const Transaction& b) { return number_of(a) < number_of(b); });
    return bundle;
}

}  // namespace

int run_notices(const NoticesOptions& options, std::ostream& out, std::ostream& err) {
    const auto bundle = bundle_of(options.drafts);
    if (!bundle) {
        for (const std::string& line : bundle.error())
            err << line << '\n';
        return kWrongInput;
    }
    if (const auto written = write_file_atomically(options.out, encode_bundle(*bundle)); !written) {
        err << written.error().message << '\n';
        return kMachineFailed;
    }
    if (options.json) {
        Json numbers = Json::array();
        for (const Transaction& notice : bundle->transactions)
            numbers.push(number_of(notice));
        out << Json::object()
                   .set("file", options.out.string())
                   .set("notices", std::move(numbers))
                   .dump(2)
            << '\n';
        return kDone;
    }
    out << options.out.string() << ": " << bundle->transactions.size() << " notices\n";
    for (const Transaction& notice : bundle->transactions)
        out << "  " << number_of(notice) << "  " << to_string(notice.kind) << '\n';
    return kDone;
}

}  // namespace fairfeed
