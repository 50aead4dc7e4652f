import { Migration } from '@mikro-orm/migrations';
import type { SqlMigration } from './database.ts';

/** Wraps named SQL migrations in the classes that MikroORM runs. */
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
