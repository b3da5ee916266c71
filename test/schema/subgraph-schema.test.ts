/** What a room's schema is: printed with its audiences, executable from that print, apart from other rooms. */
import { graphql, isObjectType, type ExecutionResult } from 'graphql';
import { personalOf, isVaulted } from '../../schema/personal';
import { borrowersSample } from './sample/borrowers';
import { debtsSample } from './sample/debts';

it('smoke', async () => {
  const debts = debtsSample();
  const borrowers = borrowersSample();
  console.log(debts.sdl, borrowers.sdl);
  const run = (source: string): Promise<ExecutionResult> => graphql({ schema: debts.schema, source });
  console.log(JSON.stringify(await run('{debts(first:2){edges{cursor node{id __typename balance{minor currency} registeredAt scoreText state}} pageInfo{hasNextPage hasPreviousPage startCursor endCursor}}}'), null, 1));
  console.log(JSON.stringify(await run('mutation{adjustDebt(input:{clientKey:"",debtId:"x",balance:{minor:1,currency:"CNY"}}){__typename}}')));
  console.log(JSON.stringify(await run('mutation{adjustDebt(input:{clientKey:"a",debtId:"debt_00000000000000000000000001",balance:{minor:1,currency:"CNY"}}){__typename ... on DebtAdjusted{debt{id} ledgerIndex pending}}}')));
  console.log(JSON.stringify(await run('mutation{adjustDebt(input:{clientKey:"a",debtId:"x",balance:{minor:1,currency:"CNY"}}){__typename ... on Refusal{ruleId}}}')));
  console.log(JSON.stringify(await run('{_entities(representations:[{__typename:"Debt",id:"debt_00000000000000000000000001"}]){... on Debt{id score}}}')));
  const type = borrowers.schema.getType('Borrower');
  if (!isObjectType(type)) throw new Error();
  console.log(personalOf(type.getFields()['phone']!), isVaulted(type.getFields()['phone']!));
});
