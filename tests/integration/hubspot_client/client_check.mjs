// HubSpot's own client library against a running simulator: whatever the library sends must be
// understood, whatever it is answered must parse, and the effects must be those of a CRM.
// usage: node client_check.mjs BASE_URL TOKEN
// SPDX-License-Identifier: Apache-2.0
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import hubspot from '@hubspot/api-client';

const [baseUrl, token] = process.argv.slice(2);
const client = new hubspot.Client({
  basePath: baseUrl, accessToken: token, numberOfApiCallRetries: 0,
});
const { contacts, companies, deals, associations, properties, owners, pipelines } = client.crm;

async function refusal(promise, code) {
  try {
    await promise;
  } catch (error) {
    assert.equal(error.code, code, `expected ${code}, got ${error.code}: ${error.message}`);
    return error.body;
  }
  throw new assert.AssertionError({ message: `expected a refusal with ${code}` });
}

// Search lags behind writes; ask until it agrees, for a bounded time.
async function searched(api, request, wanted) {
  for (let turn = 0; turn < 40; ++turn) {
    const found = await api.searchApi.doSearch(request);
    if (found.total === wanted) return found;
    await sleep(250);
  }
  throw new assert.AssertionError({ message: `search never showed ${wanted} records` });
}

const equals = (propertyName, value) => ({ propertyName, operator: 'EQ', value });

const checks = {
  async 'contacts: create, read, update, archive'() {
    const made = await contacts.basicApi.create({
      properties: { email: ' Client@Example.COM ', firstname: 'Clía', phone: '+49 30 901820' },
      associations: [],
    });
    assert.equal(made.properties.email, 'client@example.com');
    assert.ok(made.createdAt instanceof Date);
    const read = await contacts.basicApi.getById(made.id, ['email', 'firstname', 'lastname'],
      ['firstname']);
    assert.equal(read.properties.firstname, 'Clía');
    assert.equal(read.properties.lastname, null);
    assert.equal(read.propertiesWithHistory.firstname[0].value, 'Clía');
    assert.equal(read.propertiesWithHistory.firstname[0].sourceType, 'INTEGRATION');
    await contacts.basicApi.update(made.id, { properties: { firstname: 'Clara' } });
    const byEmail = await contacts.basicApi.getById('client@example.com', ['firstname'],
      undefined, undefined, false, 'email');
    assert.equal(byEmail.id, made.id);
    assert.equal(byEmail.properties.firstname, 'Clara');
    const page = await contacts.basicApi.getPage(10, undefined, ['email']);
    assert.ok(page.results.some((record) => record.id === made.id));
    await contacts.basicApi.archive(made.id);
    const gone = await refusal(contacts.basicApi.getById(made.id), 404);
    assert.equal(gone.category, 'OBJECT_NOT_FOUND');
    const archived = await contacts.basicApi.getById(made.id, ['email'], undefined, undefined,
      true);
    assert.equal(archived.archived, true);
    assert.ok(archived.archivedAt instanceof Date);
  },

  async 'contacts: a taken e-mail is a conflict that names the holder'() {
    const input = { properties: { email: 'taken@example.com' }, associations: [] };
    const first = await contacts.basicApi.create(input);
    const body = await refusal(contacts.basicApi.create(input), 409);
    assert.equal(body.message, `Contact already exists. Existing ID: ${first.id}`);
  },

  async 'contacts: wrong values are refused by name'() {
    const body = await refusal(contacts.basicApi.create({
      properties: { email: 'x@example.com', lifecyclestage: 'nope', no_such_field: '1' },
      associations: [],
    }), 400);
    const list = JSON.parse(body.message.slice(body.message.indexOf('[')));
    assert.deepEqual(new Set(list.map((entry) => entry.error)),
      new Set(['INVALID_OPTION', 'PROPERTY_DOESNT_EXIST']));
  },

  async 'contacts: batches'() {
    const inputs = [1, 2, 3].map((n) => ({
      properties: { email: `batch${n}@example.com`, lastname: 'Batch' },
      associations: [], objectWriteTraceId: `t${n}`,
    }));
    const made = await contacts.batchApi.create({ inputs });
    assert.equal(made.status, 'COMPLETE');
    assert.equal(made.results.length, 3);
    const fresh = {
      properties: { email: 'batch4@example.com' }, associations: [], objectWriteTraceId: 'new' };
    const again = await contacts.batchApi.create({ inputs: [inputs[0], fresh] });
    assert.equal(again.results.length, 1);
    assert.equal(again.numErrors, 1);
    assert.deepEqual(again.errors[0].context.objectWriteTraceId, ['t1']);
    const ids = made.results.map((record) => ({ id: record.id }));
    const read = await contacts.batchApi.read({
      inputs: [...ids, { id: '999999999' }], properties: ['email'], propertiesWithHistory: [],
    });
    assert.equal(read.results.length, 3);
    assert.deepEqual(read.errors[0].context.ids, ['999999999']);
    const changed = await contacts.batchApi.update({
      inputs: ids.map(({ id }) => ({ id, properties: { city: 'Köln' } })),
    });
    assert.ok(changed.results.every((record) => record.properties.city === 'Köln'));
    await contacts.batchApi.archive({ inputs: ids });
    const after = await contacts.batchApi.read({
      inputs: ids, properties: ['email'], propertiesWithHistory: [],
    });
    assert.equal(after.results.length, 0);
  },

  async 'contacts: upsert on a unique property of our own'() {
    const property = await properties.coreApi.create('contacts', {
      name: 'client_check_id', label: 'Client check id', type: 'string', fieldType: 'text',
      groupName: 'contactinformation', hasUniqueValue: true,
    });
    assert.equal(property.hasUniqueValue, true);
    const input = {
      inputs: [{ id: 'key-1', idProperty: 'client_check_id', objectWriteTraceId: 'a',
        properties: { firstname: 'Up' } }],
    };
    const first = await contacts.batchApi.upsert(input);
    const second = await contacts.batchApi.upsert(input);
    assert.equal(first.results[0]._new, true);
    assert.equal(second.results[0]._new, false);
    assert.equal(first.results[0].id, second.results[0].id);
  },

  async 'contacts: search sees a write later'() {
    await contacts.basicApi.create({
      properties: { email: 'search@example.com', lastname: 'Seek' }, associations: [] });
    const found = await searched(contacts, {
      filterGroups: [{ filters: [equals('email', 'search@example.com')] }],
      sorts: ['-createdate'], properties: ['lastname'], limit: 10, after: '0',
    }, 1);
    assert.equal(found.results[0].properties.lastname, 'Seek');
    await refusal(contacts.searchApi.doSearch({
      filterGroups: [], limit: 200, after: '10000' }), 400);
  },

  async 'contacts: merge mints an id and the old ones lead to it'() {
    const [a, b] = await Promise.all(['m1', 'm2'].map((name) => contacts.basicApi.create({
      properties: { email: `${name}@example.com`, firstname: name }, associations: [] })));
    const merged = await contacts.basicApi.merge({
      primaryObjectId: a.id, objectIdToMerge: b.id });
    assert.notEqual(merged.id, a.id);
    assert.notEqual(merged.id, b.id);
    for (const old of [a.id, b.id])
      assert.equal((await contacts.basicApi.getById(old)).id, merged.id);
    const read = await contacts.basicApi.getById(merged.id,
      ['email', 'hs_additional_emails', 'hs_merged_object_ids']);
    assert.equal(read.properties.email, 'm1@example.com');
    assert.equal(read.properties.hs_additional_emails, 'm2@example.com');
    assert.deepEqual(read.properties.hs_merged_object_ids.split(';').sort(), [a.id, b.id].sort());
  },

  async 'contacts: privacy deletion'() {
    const made = await contacts.basicApi.create({
      properties: { email: 'forget@example.com' }, associations: [] });
    await contacts.basicApi.purge({ objectId: 'forget@example.com', idProperty: 'email' });
    await refusal(contacts.basicApi.getById(made.id), 404);
    await refusal(contacts.basicApi.getById(made.id, undefined, undefined, undefined, true), 404);
  },

  async 'companies and deals: create, update, associate'() {
    const company = await companies.basicApi.create({
      properties: { name: 'Ünder GmbH', industry: 'MUSIC' }, associations: [] });
    const other = await companies.basicApi.create({
      properties: { domain: 'other.example.com' }, associations: [] });
    const contact = await contacts.basicApi.create({
      properties: { email: 'works@example.com' },
      associations: [{ to: { id: company.id },
        types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 279 }] }] });
    const deal = await deals.basicApi.create({
      properties: { dealname: 'Deal', dealstage: 'contractsent', pipeline: 'default',
        amount: '1200.50' }, associations: [] });
    assert.equal(deal.properties.amount, '1200.5');
    await deals.basicApi.update(deal.id, { properties: { dealstage: 'closedwon' } });
    const read = await deals.basicApi.getById(deal.id, ['hs_is_closed_won', 'dealstage']);
    assert.equal(read.properties.hs_is_closed_won, 'true');

    await associations.v4.basicApi.createDefault('deals', deal.id, 'contacts', contact.id);
    await associations.v4.basicApi.create('contacts', contact.id, 'companies', other.id,
      [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 1 }]);
    const edges = await associations.v4.basicApi.getPage('contacts', contact.id, 'companies');
    const labels = Object.fromEntries(edges.results.map((edge) =>
      [edge.toObjectId, edge.associationTypes.map((type) => type.typeId).sort()]));
    assert.deepEqual(labels[company.id], [279]);
    assert.deepEqual(labels[other.id], [1, 279]);
    const inline = await contacts.basicApi.getById(contact.id, ['associatedcompanyid'], undefined,
      ['companies', 'deals']);
    assert.equal(inline.properties.associatedcompanyid, other.id);
    assert.equal(inline.associations.deals.results[0].id, deal.id);
    const batch = await associations.v4.batchApi.getPage('contacts', 'companies',
      { inputs: [{ id: contact.id }] });
    assert.equal(batch.results[0].to.length, 2);
    await associations.v4.basicApi.archive('contacts', contact.id, 'companies', company.id);
    const left = await associations.v4.basicApi.getPage('contacts', contact.id, 'companies');
    assert.equal(left.results.length, 1);
  },

  async 'properties: list, read, change, archive'() {
    const all = await properties.coreApi.getAll('contacts');
    const byName = Object.fromEntries(all.results.map((property) => [property.name, property]));
    assert.equal(byName.hs_object_id.modificationMetadata.readOnlyValue, true);
    assert.ok(byName.lifecyclestage.options.some((option) => option.value === 'customer'));
    await properties.coreApi.create('companies', {
      name: 'client_tier', label: 'Tier', type: 'enumeration', fieldType: 'select',
      groupName: 'companyinformation',
      options: [{ label: 'Gold', value: 'gold', hidden: false, displayOrder: 0 }],
    });
    await properties.coreApi.update('companies', 'client_tier', { label: 'Level' });
    assert.equal((await properties.coreApi.getByName('companies', 'client_tier')).label, 'Level');
    await properties.coreApi.archive('companies', 'client_tier');
    await refusal(properties.coreApi.getByName('companies', 'client_tier'), 404);
  },

  async 'account: owners, pipelines, wrong token'() {
    const people = await owners.ownersApi.getPage();
    assert.ok(people.results.length > 0);
    const found = await pipelines.pipelinesApi.getAll('deals');
    assert.ok(found.results[0].stages.some((stage) => stage.id === 'closedwon'));
    const stranger = new hubspot.Client({
      basePath: baseUrl, accessToken: 'wrong', numberOfApiCallRetries: 0 });
    const body = await refusal(stranger.crm.contacts.basicApi.getPage(), 401);
    assert.equal(body.category, 'INVALID_AUTHENTICATION');
  },
};

let failures = 0;
for (const [name, check] of Object.entries(checks)) {
  try {
    await check();
    console.log(`ok      ${name}`);
  } catch (error) {
    ++failures;
    console.error(`FAILED  ${name}\n${error.stack}`);
  }
}
process.exit(failures === 0 ? 0 : 1);
