// A node's directory as provisioning leaves it, with a ledger: configuration, agreement key,
// genesis file. For tests of the commands that read ledgers. Single-threaded.
#pragma once

#include <fstream>
#include <sstream>

#include "core/crypto/certificate_authority.h"
#include "core/crypto/key_file.h"
#include "core/io/json.h"
#include "core/wire/genesis_file_codec.h"
#include "edge-node/commands/opened_ledger.h"
#include "tests/unit/accounts/stored_chain.h"

namespace fairfeed::test {

class NodeDirectory {
  public:
    explicit NodeDirectory(std::size_t nodes, Window windows, std::size_t meters = 2)
        : NodeDirectory(options_of(nodes, meters), windows) {}
    NodeDirectory(TestNetworkOptions options, Window windows) : stored_(std::move(options)) {
        stored_.run_windows(windows);
        stored_.store();
        const Bytes genesis = encode_genesis(stored_.genesis().block);
        std::ofstream(this->genesis(), std::ios::binary)
            .write(reinterpret_cast<const char*>(genesis.data()),
                   static_cast<std::streamsize>(genesis.size()));
    }

    [[nodiscard]] StoredChain& stored() { return stored_; }
    [[nodiscard]] const StoredChain& stored() const { return stored_; }
    [[nodiscard]] const Digest& stored_network() const { return stored_.network().network(); }
    [[nodiscard]] std::filesystem::path genesis() const { return in("genesis.cbor"); }
    [[nodiscard]] std::filesystem::path ledger() const { return stored_.file(); }
    [[nodiscard]] std::filesystem::path in(const std::string& name) const {
        return stored_.directory() / name;
    }
    // The configuration of node-<index>, with its agreement key beside it.
    [[nodiscard]] std::filesystem::path config(std::size_t index) const {
        const std::string node = TestNetwork::node(index).str();
        const auto key = agreement_key(node).to_pem();
        if (!std::filesystem::exists(in(node + ".pem")))
            CHECK(save_secret(in(node + ".pem"), key).has_value());
        std::ofstream(in(node + ".yaml"))
            << "node: " << node
            << "\ngenesis: genesis.cbor\ndata: .\nkeys: {signing: s, agreement: " << node
            << ".pem, tls_key: t, tls_certificate: c, ca_certificate: ca}\n"
            << "broker: {host: 127.0.0.1, port: 1}\npeers: []\n";
        return in(node + ".yaml");
    }

    // Writes the node's signing key and its TLS identity to the places that config() names.
    void make_identity(std::size_t index) const {
        const std::string node = TestNetwork::node(index).str();
        CHECK(save_secret(in("s"), signing_key(node).to_pem()).has_value());
        const auto authority = CertificateAuthority::create("test", 30);
        const TlsIdentity identity = authority.issue_client(node, 30);
        CHECK(save_secret(in("t"), identity.key_pem).has_value());
        std::ofstream(in("c")) << identity.certificate_pem;
        std::ofstream(in("ca")) << authority.certificate_pem();
    }

  private:
    static TestNetworkOptions options_of(std::size_t nodes, std::size_t meters) {
        TestNetworkOptions options;
        options.nodes = nodes;
        options.meters_per_cluster = meters;
        return options;
    }
    StoredChain stored_;
};

// The exit code and the output of a command.
struct Said {
    int code = -1;
    std::string out;
    std::string err;
    [[nodiscard]] Json json() const {
        auto parsed = Json::parse(out);
        CHECK(parsed.has_value());
        return std::move(*parsed);
    }
};
template <class Run, class Options>
Said say(Run run, const Options& options) {
    std::ostringstream out;
    std::ostringstream err;
    const int code = run(options, out, err);
    return {code, out.str(), err.str()};
}

}  // namespace fairfeed::test
