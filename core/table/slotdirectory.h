// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/codec/flatbuffers/flatschema.h"
#include "core/etcd/watch.h"
#include "core/pmap/flatfolders.h"
#include "core/pmap/inference.h"
#include "core/pmap/schema.h"

#include <QFutureWatcher>
#include <QObject>
#include <QTimer>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>

namespace slotscope::core {

enum class SlotKind {
    Catalogue, ///< slot 0
    Table, ///< has a catalogue entry
    Untyped, ///< records, but no catalogue entry
    PlainKeys, ///< ordinary text keys that happen to share two bytes
};

class SlotSampler;

/// What is known of one slot.
struct SlotInfo
{
    Slot slot;
    SlotKind kind = SlotKind::Untyped;
    std::optional<CatalogueEntry> entry;
    qint64 records = 0;
    SlotType type; ///< the one that counts: pinned over imported over inferred
    SlotType inferred; ///< what the sample alone says
    std::array<Provenance, SchemaPropertyCount> provenance {}; ///< of each property of `type`
    QString typeProblem; ///< why the type cannot be used as it is, a schema that cannot be read say
    bool sampled = false; ///< the type has been looked for
    /// All that the sample says, what else it might be included; null until it was looked for.
    std::shared_ptr<const Inference> inference {};
    bool looksPlain = false; ///< its keys look like text keys
    const Provenance &from(SchemaProperty property) const { return provenance[size_t(property)]; }
    /// What a schema knows it by.
    TableId id() const { return TableId::of(slot, entry); }
    /// For lists: the table's short name, else `slot 40`, for plain keys the two characters.
    QString title() const;
};

/// All slots of one etcd with live counts: found by counting key ranges at one revision, continued by the
/// watch.
class SlotDirectory : public QObject
{
    Q_OBJECT
public:
    SlotDirectory(Client *client, Watch *watch, QObject *parent = nullptr);

    /// Reads everything anew. On success loaded() is emitted, and the caller starts the watch at
    /// revision()+1.
    void load();
    bool isLoaded() const { return m_loaded; }
    /// Before the first load: tables are taken to have the types that the other one has found, until they are
    /// looked for here.
    void expectTypesOf(const SlotDirectory &other) { m_slots = other.m_slots; }
    Revision revision() const { return m_revision; }

    const SlotInfo *find(Slot slot) const;
    /// In ascending order.
    std::vector<Slot> slotNumbers() const;
    /// By number, qualified or short table name, or oid; nothing when none or several fit.
    std::optional<Slot> resolve(const QString &text) const;
    /// Keys of one byte, which belong to no slot.
    const std::set<QByteArray> &shortKeys() const { return m_shortKeys; }

    /// Looks for the type of a slot from a sample of its records now, ahead of the others.
    void sample(Slot slot);
    /// What is known of the tables beside their records. Slots that it says something of change their types.
    const Schema &schema() const { return m_schema; }
    void setSchema(Schema schema);
    /// As setSchema(), by the user's hand, so that schemaEdited() follows.
    void editSchema(Schema schema);
    /// The user's own word on a property of a slot; to be kept by whoever hears schemaEdited().
    void pin(Slot slot, SchemaProperty property, const QString &text);
    void unpin(Slot slot, SchemaProperty property);
    /// Pins the types of key and value, the compression, and the byte orders where they matter.
    void pinType(Slot slot, const SlotType &type);
    /// Whether FlatBuffers of the slot may be edited though something is lost, or though they carry another
    /// file identifier. Of the user's choice now, so it is not kept in the schema.
    void setFlatBuffersLeniency(Slot slot, bool dropUnknownFields, bool anyIdentifier);
    /// Replaces what the schema says of a slot's table.
    void setTableSchema(Slot slot, const TableSchema &table);
    /// What the folders of FlatBuffers schemas hold that the schema names; empty until they have been read.
    const FlatFolders &flatFolders() const { return m_flatFolders; }
    /// Folders that are read again when they are given again. Slots of FlatBuffers are looked at anew then.
    void setFlatBuffersFolders(const QStringList &folders);
    /// Those of the schema, made absolute.
    QStringList absoluteFolders() const;
    /// As a schema file should name a file: relative where it lies beside the schema file or below.
    QString pathForSchema(const QString &file) const;
    /// True once every slot has been sampled.
    bool isSampled() const { return m_loaded && !m_sampling && m_toSample.empty(); }

    /// The slot a key belongs to; nothing for keys shorter than two bytes.
    static std::optional<Slot> slotOf(QByteArrayView key);

Q_SIGNALS:
    void loaded();
    void loadFailed(const slotscope::core::Error &error);
    void slotAdded(slotscope::core::Slot slot);
    void slotRemoved(slotscope::core::Slot slot);
    /// Name, kind, type or warning changed.
    void slotChanged(slotscope::core::Slot slot);
    /// At most ten times a second.
    void countsChanged(const QList<slotscope::core::Slot> &numbers);
    /// Every slot has been sampled.
    void sampled();
    /// flatFolders() is new.
    void flatFoldersRead();
    /// The schema changed in another way than by setSchema().
    void schemaEdited();

private:
    struct Span; // consecutive slot numbers whose keys are counted together
    void fail(const Error &error);
    void readCatalogue();
    void count(std::vector<Span> spans);
    void probeKeys(std::vector<Slot> candidates);
    void probeShortKeys(int first);
    void finish();
    void takeEvents(const EventBatch &batch);
    void takeCatalogueEvent(const Event &event);
    SlotInfo &ensure(Slot slot, const QByteArray &key);
    void sampleNext();
    void takeSample(Slot slot, const std::vector<Sample> &samples);
    void takeInference();
    void noteCount(Slot slot);
    void resolve(SlotInfo *info);
    void resolveAndTell(Slot slot);
    void resolveAll();
    void editTable(Slot slot, const std::function<void(TableSchema &)> &edit);
    void completeFlatBuffers(SlotInfo *info);
    void findInFolders(SlotInfo *info);
    void readFlatBuffersFolders();
    void takeFlatBuffersFolders(const FlatFolders &found);

    Client *m_client;
    std::map<Slot, SlotInfo> m_slots;
    std::map<Slot, SlotInfo> m_loading;
    std::set<QByteArray> m_shortKeys;
    std::set<QByteArray> m_loadingShortKeys;
    Schema m_schema;
    /// FlatBuffers schemas by file; without an outcome while they are being read.
    std::map<QString, std::optional<FlatSchema::Outcome>> m_flatSchemas;
    std::map<Slot, std::pair<bool, bool>> m_leniency; // as setFlatBuffersLeniency() got it
    FlatFolders m_flatFolders;
    QFutureWatcher<FlatFolders> m_foldersReading; // on another thread
    std::vector<Slot> m_toSample;
    std::set<Slot> m_changedCounts;
    QTimer m_countTimer;
    QTimer m_sampleTimer; // after a sample that failed
    SlotSampler *m_sampler;
    QFutureWatcher<Inference> m_inferring; // on another thread
    std::pair<Slot, quint64> m_inferred; // the slot that it is about, and when that was
    std::map<Slot, KnownKeys> m_knownKeys; // of what was sampled
    bool m_loaded = false;
    bool m_sampling = false;
    quint64 m_generation = 0;
    quint64 m_sampleGeneration = 0;
    size_t m_operationsPerTxn = 64;
    int m_restarts = 0; // of this load
    Revision m_revision;
};

} // namespace slotscope::core
