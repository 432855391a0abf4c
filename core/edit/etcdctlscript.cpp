// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/edit/etcdctlscript.h"

#include "core/etcd/gatewaymessages.h"
#include "core/etcd/prefixtransport.h"

#include <cstring>
#include <set>

namespace slotscope::core {

using Leases = std::map<QByteArray, std::chrono::seconds>;

namespace {

const char *symbol(CompareResult result)
{
    switch (result) {
    case CompareResult::Equal:
        break;
    case CompareResult::Greater:
        return ">";
    case CompareResult::Less:
        return "<";
    case CompareResult::NotEqual:
        return "!=";
    }
    return "=";
}

const char *sortName(SortTarget target)
{
    switch (target) {
    case SortTarget::Key:
        break;
    case SortTarget::Version:
        return "VERSION";
    case SortTarget::CreateRevision:
        return "CREATE";
    case SortTarget::ModRevision:
        return "MODIFY";
    case SortTarget::Value:
        return "VALUE";
    }
    return "KEY";
}

QByteArray variable(std::chrono::seconds ttl)
{
    return "lease_" + QByteArray::number(static_cast<qint64>(ttl.count()));
}

// One line of etcdctl's for each compare and operation. A double dash goes before keys and values: one that
// begins with a dash is an option else.
class EtcdctlWriter
{
public:
    explicit EtcdctlWriter(const Leases &leases)
        : m_leases(leases)
    {
    }

    EtcdctlTxn write(const TxnRequest &request)
    {
        for (const Compare &compare : request.compare)
            add(compare);
        m_txn.input += '\n';
        for (const auto *operations : {&request.success, &request.failure}) {
            for (const RequestOp &operation : *operations)
                std::visit([this](const auto &one) { add(one); }, operation.request);
            m_txn.input += '\n';
        }
        return std::move(m_txn);
    }

private:
    void add(const Compare &compare)
    {
        const QByteArray key = etcdctlQuoted(compare.range.begin);
        if (!compare.range.end.isEmpty())
            return leaveOut(QStringLiteral("the compare of the range from %1").arg(QLatin1String(key)));
        const char *target = "mod";
        switch (compare.target) {
        case CompareTarget::ModRevision:
            break;
        case CompareTarget::Version:
            target = "ver";
            break;
        case CompareTarget::CreateRevision:
            target = "create";
            break;
        case CompareTarget::Value:
            target = "val";
            break;
        case CompareTarget::Lease:
            // It takes the word, and then crashes.
            return leaveOut(QStringLiteral("the compare of the lease of %1").arg(QLatin1String(key)));
        }
        const QByteArray operand = compare.target == CompareTarget::Value
            ? etcdctlQuoted(compare.value)
            : '"' + QByteArray::number(compare.number) + '"';
        m_txn.input += QByteArray(target) + '(' + key + ") " + symbol(compare.result) + ' ' + operand + '\n';
    }
    void add(const PutRequest &put)
    {
        m_txn.input += "put";
        const auto lease = m_leases.find(put.key);
        if (lease != m_leases.cend())
            m_txn.input += " --lease=$" + variable(lease->second);
        else if (put.lease.value != 0)
            m_txn.input += " --lease=" + QByteArray::number(put.lease.value, 16);
        if (put.ignoreLease)
            m_txn.input += " --ignore-lease";
        if (put.prevKv)
            m_txn.input += " --prev-kv";
        // With a value, be it empty, etcdctl refuses the option.
        if (put.ignoreValue)
            m_txn.input += " --ignore-value -- " + etcdctlQuoted(put.key) + '\n';
        else
            m_txn.input += " -- " + etcdctlQuoted(put.key) + ' ' + etcdctlQuoted(put.value) + '\n';
    }
    void add(const DeleteRangeRequest &request)
    {
        m_txn.input += "del";
        if (request.prevKv)
            m_txn.input += " --prev-kv";
        addRange(request.range);
    }
    void add(const RangeRequest &request)
    {
        if (request.countOnly || request.minModRevision.value != 0 || request.maxModRevision.value != 0
            || request.minCreateRevision.value != 0 || request.maxCreateRevision.value != 0)
            return leaveOut(QStringLiteral("the reading of %1 by count or revisions")
                                .arg(QLatin1String(etcdctlQuoted(request.range.begin))));
        m_txn.input += "get";
        if (request.limit != 0)
            m_txn.input += " --limit=" + QByteArray::number(request.limit);
        if (request.revision.value != 0)
            m_txn.input += " --rev=" + QByteArray::number(request.revision.value);
        if (request.serializable)
            m_txn.input += " --consistency=s";
        if (request.keysOnly)
            m_txn.input += " --keys-only";
        if (request.sortOrder != SortOrder::None) {
            m_txn.input += request.sortOrder == SortOrder::Ascend ? " --order=ASCEND" : " --order=DESCEND";
            m_txn.input += QByteArray(" --sort-by=") + sortName(request.sortTarget);
        }
        addRange(request.range);
    }
    void add(const TxnRequest &) { leaveOut(QStringLiteral("a transaction within the transaction")); }

    void addRange(const KeyRange &range)
    {
        m_txn.input += " -- " + etcdctlQuoted(range.begin);
        if (!range.end.isEmpty())
            m_txn.input += ' ' + etcdctlQuoted(range.end);
        m_txn.input += '\n';
    }
    void leaveOut(const QString &what) { m_txn.missing << what; }

    const Leases &m_leases;
    EtcdctlTxn m_txn;
};

// Of the puts of a request the TTLs that are wanted.
std::set<std::chrono::seconds> grantedTtls(const TxnRequest &request, const Leases &leases)
{
    std::set<std::chrono::seconds> ttls;
    for (const RequestOp &operation : request.success) {
        const auto *put = std::get_if<PutRequest>(&operation.request);
        const auto lease = put ? leases.find(put->key) : leases.cend();
        if (lease != leases.cend())
            ttls.insert(lease->second);
    }
    return ttls;
}

// On one line, whatever it says: a line of its own would be run.
QByteArray comment(const QString &text)
{
    QByteArray line = text.simplified().toUtf8();
    for (char &c : line) {
        if (static_cast<uchar>(c) < 0x20 || c == 0x7f)
            c = '?';
    }
    return "# " + line + '\n';
}

QByteArray shellQuoted(QString text)
{
    return '\'' + text.replace(QLatin1Char('\''), QLatin1String("'\\''")).toUtf8() + '\'';
}

QByteArray heading(const TxnRequest &request, const TxnScriptOptions &options)
{
    QByteArray script = "#!/bin/sh\n";
    script += comment(QStringLiteral("One transaction on %1: %2 operations, if %3 compares hold.")
                          .arg(options.endpoint.toString())
                          .arg(request.success.size())
                          .arg(request.compare.size()));
    script +=
        "# Exit code 0: done. 1: a compare failed, and nothing was written. 2: it could not be sent, or was "
        "refused.\n";
    if (!options.describe)
        return script;
    for (const RequestOp &operation : request.success) {
        if (const auto *put = std::get_if<PutRequest>(&operation.request))
            script += comment(QStringLiteral("  put %1").arg(options.describe(put->key)));
        else if (const auto *gone = std::get_if<DeleteRangeRequest>(&operation.request))
            script += comment(QStringLiteral("  del %1").arg(options.describe(gone->range.begin)));
    }
    return script;
}

QByteArray refusal(const QStringList &missing)
{
    QByteArray script;
    for (const QString &what : missing)
        script +=
            comment(QStringLiteral("etcdctl cannot express %1: it is not part of what follows.").arg(what));
    if (!missing.isEmpty())
        script += "echo 'This is not the whole transaction: see the comments.' >&2\n"
                  "exit 3 # without this line the rest is run\n";
    return script;
}

// Ends the command whose reply goes to $result, and tells what that means. Leases that were granted for
// nothing are given back.
QByteArray verdict(const QByteArray &giveBack)
{
    return ") || exit 2\n"
           "case $result in\n"
           "*'\"succeeded\":true'*)\n"
           "    echo SUCCESS\n"
           "    ;;\n"
           "*)\n"
           "    echo 'FAILURE: a key is not as it was read; nothing was written' >&2\n"
        + giveBack
        + "    exit 1\n"
          "    ;;\n"
          "esac\n";
}

} // namespace

QByteArray etcdctlQuoted(const QByteArray &bytes)
{
    static const char digits[] = "0123456789abcdef";
    QByteArray text;
    text.reserve(bytes.size() + 2);
    text += '"';
    for (const char c : bytes) {
        const auto byte = static_cast<uchar>(c);
        // Quotes, brackets and the shell's own signs as well: old shells look for them even in a document
        // that stands within $(…).
        if (byte < 0x20 || byte > 0x7e || std::strchr("\"'\\`$()#", c)) {
            const char escaped[] = {'\\', 'x', digits[byte >> 4], digits[byte & 0xf]};
            text.append(escaped, sizeof(escaped));
        } else {
            text += c;
        }
    }
    return text + '"';
}

EtcdctlTxn etcdctlTxn(const TxnRequest &request, const Leases &newLeases)
{
    return EtcdctlWriter(newLeases).write(request);
}

namespace {

/// Of an etcd of which only a part is shown: the script goes to the whole, which names the keys with their
/// prefix.
QByteArray ofTheWhole(QByteArray (*script)(const TxnRequest &, const TxnScriptOptions &),
                      const TxnRequest &request, TxnScriptOptions options)
{
    const QByteArray prefix = QByteArray::fromHex(options.endpoint.url.fragment().toLatin1());
    options.endpoint.url.setFragment(QString());
    const Leases leases = std::exchange(options.newLeases, {});
    for (const auto &[key, ttl] : leases)
        options.newLeases[prefix + key] = ttl;
    if (options.describe) {
        options.describe = [describe = options.describe, size = prefix.size()](const QByteArray &key) {
            return describe(key.mid(size));
        };
    }
    return script(withPrefix(request, prefix), options);
}

} // namespace

QByteArray etcdctlScript(const TxnRequest &request, const TxnScriptOptions &options)
{
    if (options.endpoint.url.hasFragment())
        return ofTheWhole(etcdctlScript, request, options);
    const EtcdctlTxn txn = etcdctlTxn(request, options.newLeases);
    const auto ttls = grantedTtls(request, options.newLeases);
    QByteArray script = heading(request, options);
    script += refusal(txn.missing);
    script += "set -e\n"
              "export ETCDCTL_API=3\n"
              "export ETCDCTL_ENDPOINTS="
        + shellQuoted(options.endpoint.toString()) + '\n';
    QByteArray giveBack;
    for (const std::chrono::seconds ttl : ttls) {
        const QByteArray name = variable(ttl);
        script += name + "=$(etcdctl lease grant " + QByteArray::number(static_cast<qint64>(ttl.count()))
            + " | sed -n 's/^lease \\([0-9a-f]*\\) granted.*/\\1/p')\n[ -n \"$" + name + "\" ]\n";
        giveBack += "    etcdctl lease revoke $" + name + " >&2\n";
    }
    script += "result=$(etcdctl txn --write-out=json <<";
    script += ttls.empty() ? "'END'\n" : "END\n";
    script += txn.input + "END\n";
    return script + verdict(giveBack);
}

QByteArray curlScript(const TxnRequest &request, const TxnScriptOptions &options)
{
    if (options.endpoint.url.hasFragment())
        return ofTheWhole(curlScript, request, options);
    const auto ttls = grantedTtls(request, options.newLeases);
    const auto post = [&options](const char *path, const QByteArray &body) {
        return "curl --silent --show-error --fail --data-binary " + body + ' '
            + shellQuoted(options.endpoint.toString() + QLatin1String(path));
    };
    QByteArray script = heading(request, options);
    script += "# etcd before 3.4 has its gateway at /v3beta or /v3alpha instead of /v3.\n"
              "set -e\n";
    QByteArray giveBack;
    for (const std::chrono::seconds ttl : ttls) {
        const QByteArray name = variable(ttl);
        script += name + "=$("
            + post("/v3/lease/grant",
                   "'" + gateway::toJson(LeaseGrantRequest {.ttlSeconds = ttl.count()}) + "'")
            + " | sed -n 's/.*\"ID\":\"\\([0-9]*\\)\".*/\\1/p')\n[ -n \"$" + name + "\" ]\n";
        giveBack += "    " + post("/v3/lease/revoke", "\"{\\\"ID\\\":\\\"$" + name + "\\\"}\"") + " >&2\n";
    }
    // A number that no lease has marks the place; keys and values are base64 and cannot hold it.
    TxnRequest marked = request;
    for (RequestOp &operation : marked.success) {
        auto *put = std::get_if<PutRequest>(&operation.request);
        const auto lease = put ? options.newLeases.find(put->key) : options.newLeases.cend();
        if (lease != options.newLeases.cend())
            put->lease = LeaseId(-lease->second.count());
    }
    QByteArray body = gateway::toJson(marked);
    for (const std::chrono::seconds ttl : ttls)
        body.replace("\"lease\":\"-" + QByteArray::number(static_cast<qint64>(ttl.count())) + '"',
                     "\"lease\":\"$" + variable(ttl) + '"');
    script += "result=$(" + post("/v3/kv/txn", "@-") + " <<";
    script += ttls.empty() ? "'END'\n" : "END\n";
    script += body + "\nEND\n";
    return script + verdict(giveBack);
}

} // namespace slotscope::core
