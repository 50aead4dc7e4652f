import { Migration } from '@mikro-orm/migrations';
import type { SqlMigration } from './database.ts';

/** MikroORM runs classes; ours are plain SQL with a name. */
export function toMigrationClasses(migrations: SqlMigration[]): { name: string; class: new (...args: any[]) => Migration }[] {
  return migrations.map(({ name, up }) => ({
    name,
    class: class extends Migration {
      override up(): void {
        this.addSql(up);
      }
    },
  }));
}
