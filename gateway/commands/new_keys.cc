#include "gateway/commands/new_keys.h"

#include "core/base/shell.h"
#include "core/io/file.h"
#include "core/io/json.h"
#include "gateway/dgmd/key_store.h"
#include "gateway/dgmd/lab_network.h"
#include "gateway/dgmd/network_keys.h"

namespace fairfeed {
namespace {

constexpr int kDone = 0;
constexpr int kMachineFailed = 1;
constexpr int kWrongInput = 2;
constexpr std::size_t kMaxPemBytes = 100'000;

Result<CertificateAuthority, std::string> load_authority(const std::filesystem::path& directory) {
    const auto key = read_text_file(directory / layout::kAuthorityKey, kMaxPemBytes);
    if (!key) return unexpected(key.error().message);
    const auto certificate =
        read_text_file(directory / layout::kAuthorityCertificate, kMaxPemBytes);
    if (!certificate) return unexpected(certificate.error().message);
    auto authority = CertificateAuthority::load(*key, *certificate);
    if (!authority)
        return unexpected(
            directory.string() + ": " + std::string(layout::kAuthorityKey) + " and " +
            std::string(layout::kAuthorityCertificate) +
            " are no private CA: name the directory ca/ of the network's provisioning");
    return std::move(*authority);
}

std::string draft_line(const DgmdKeys& keys) {
    return "gateway draft dgmd_keys --config gateway.yaml signing_key=" +
           to_hex(keys.signing.view()) + " agreement_key=" + to_hex(keys.agreement.view());
}

void print_page(const NewKeysOptions& options, const DgmdKeys& keys, std::ostream& out) {
    const std::string place = shell_word(options.out.string());
    out << "New keys of DGMD's gateway in " << place << ". They count for nothing before the "
        << "officers have put them in force:\n"
        << "1. Draft it: with a gateway that was stolen, by an officer, --key officer.key:\n   "
        << draft_line(keys) << "\n"
        << "2. Officers compare both keys with these on the machine that made them, and sign.\n"
        << "3. Carry the directory to the gateway's machine, name its keys in gateway.yaml, and\n"
        << "   the agreement key of before under keys.others: old readings are opened by it.\n"
        << "4. gateway submit; the service goes over to the new keys with the block that has it.\n";
    if (!options.ca)
        out << "No TLS certificate was made: with --ca the new machine gets its own.\n";
}

}  // namespace

int run_new_keys(const NewKeysOptions& options, std::ostream& out, std::ostream& err) {
    std::optional<CertificateAuthority> authority;
    if (options.ca) {
        auto loaded = load_authority(*options.ca);
        if (!loaded) {
            err << loaded.error() << '\n';
            return kWrongInput;
        }
        authority = std::move(*loaded);
    }
    if (!options.addresses.empty() && !authority) {
        err << "--address: only the network's CA can certify a broker: name it with --ca\n";
        return kWrongInput;
    }
    auto directory = NetworkDirectory::claim(options.out);
    if (!directory) {
        err << directory.error() << '\n';
        return kWrongInput;
    }
    const DgmdKeys keys = write_new_keys(authority, options.addresses, *directory);
    directory->make_durable();
    if (directory->fault()) {
        err << *directory->fault() << '\n';
        return kMachineFailed;
    }
    if (options.json) {
        out << Json::object()
                   .set("directory", options.out.string())
                   .set("signing_key", to_hex(keys.signing.view()))
                   .set("agreement_key", to_hex(keys.agreement.view()))
                   .set("has_tls", authority.has_value())
                   .set("draft", draft_line(keys))
                   .dump(2)
            << '\n';
    } else {
        print_page(options, keys, out);
    }
    return kDone;
}

}  // namespace fairfeed
